package audit

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
)

// Sink is a place outside the database that checkpoints are sent to, since a
// chain that nobody outside has seen can be cut.
type Sink interface {
	// Name tells it from the others, also after a restart.
	Name() string
	// Send takes one line, with its end. When it returns no error the line is
	// safe there.
	Send(line []byte) error
}

// sentAtOnce is how many checkpoints one turn sends to a sink.
const sentAtOnce = 100

// send sends what the sinks have not got. One that fails holds nothing up: it
// gets what it missed when it works again, also after a restart.
func (l *Log) send(ctx context.Context) {
	l.sending.Lock()
	defer l.sending.Unlock()
	for _, sink := range l.Sinks {
		err := l.sendTo(ctx, sink)
		switch failed := l.failing[sink.Name()]; {
		case ctx.Err() != nil:
			return
		case err != nil && !failed:
			l.Log.Error("could not send out checkpoints of the audit log; they are sent when it works again", "to", sink.Name(), "cause", err)
		case err == nil && failed:
			l.Log.Info("checkpoints of the audit log are sent out again", "to", sink.Name())
		}
		l.failing[sink.Name()] = err != nil
	}
}

func (l *Log) sendTo(ctx context.Context, sink Sink) error {
	if err := l.correct(ctx, sink); err != nil {
		return err
	}
	for {
		checkpoints, err := l.Store.Unsent(ctx, sink.Name(), sentAtOnce)
		if err != nil || len(checkpoints) == 0 {
			return err
		}
		for _, c := range checkpoints {
			line, err := Line{Checkpoint: &c}.spell()
			if err != nil {
				return err
			}
			if err := sink.Send(line); err != nil {
				return err
			}
			if err := l.Store.Sent(ctx, sink.Name(), c.Number); err != nil {
				return err // it is sent again, which does no harm
			}
		}
	}
}

// correct begins again when the database says that a sink has got more than
// there is: by that, somebody would keep everything from it.
func (l *Log) correct(ctx context.Context, sink Sink) error {
	said, err := l.Store.LastSent(ctx, sink.Name())
	if err != nil || said == 0 {
		return err
	}
	last, err := l.Store.LastCheckpoint(ctx)
	if err != nil || said <= last.Number {
		return err
	}
	from := int64(0)
	if r, ok := sink.(rememberingSink); ok {
		if from, err = r.lastSent(); err != nil {
			return err
		}
	}
	if from > last.Number {
		from = 0
	}
	l.Log.Error("the database says that more checkpoints of the audit log were sent out than there are; somebody changed it. Sending continues after the last that is known to be there",
		"to", sink.Name(), "said", said, "there are", last.Number, "after", from)
	return l.Store.Sent(ctx, sink.Name(), from)
}

// rememberingSink can tell the last checkpoint that it has got, 0 for none.
type rememberingSink interface{ lastSent() (int64, error) }

// WriterSink sends to a writer, such as standard output.
type WriterSink struct {
	Called string
	W      io.Writer
}

// Name implements Sink.
func (s WriterSink) Name() string { return s.Called }

// Send implements Sink.
func (s WriterSink) Send(line []byte) error {
	_, err := s.W.Write(line)
	return err
}

// FileSink appends to a file, which it makes if there is none, and waits until
// the disk has it.
type FileSink struct{ Path string }

// Name implements Sink.
func (s FileSink) Name() string { return s.Path }

// Send implements Sink. A line that a power cut has torn gets its end first.
func (s FileSink) Send(line []byte) error {
	file, err := os.OpenFile(s.Path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(appendLine(file, line), file.Close())
}

func (s FileSink) lastSent() (int64, error) {
	file, err := os.Open(s.Path)
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	if info, err := file.Stat(); err != nil || !info.Mode().IsRegular() {
		return 0, errors.Join(err, file.Close()) // a pipe tells nothing
	}
	sent, _, err := ReadCheckpoints(file)
	if err = errors.Join(err, file.Close()); err != nil || len(sent) == 0 {
		return 0, err
	}
	return sent[len(sent)-1].Number, nil
}

func appendLine(file *os.File, line []byte) error {
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if size := info.Size(); size > 0 && info.Mode().IsRegular() {
		last := make([]byte, 1)
		if _, err := file.ReadAt(last, size-1); err != nil {
			return err
		}
		if last[0] != '\n' {
			line = append([]byte("\n"), line...)
		}
	}
	if _, err := file.Write(line); err != nil {
		return err
	}
	return file.Sync()
}

// syncFolder makes the names in a folder safe from a power cut.
func syncFolder(path string) error {
	folder, err := os.Open(filepath.Clean(path))
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
