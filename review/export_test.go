package review

import (
	"context"
	"errors"
	"time"
)

// What tests look at from inside.

// Work is one round of Run.
func (s *Service) Work(ctx context.Context) error {
	return errors.Join(s.bringForward(ctx), s.startDue(ctx), s.gather(ctx), s.sealClosed(ctx))
}

// Occurrence gives a time of a schedule, the first for n = 0.
func (s Schedule) Occurrence(n int) time.Time { return s.occurrence(n) }

// NewPack is what writes the ZIP file of evidence.
var NewPack = newZip

func (z *zipWriter) Add(name, content string) { z.add(name, content) }
func (z *zipWriter) End() error               { return z.end() }
