package jobs

import (
	"context"
	"sync"
)

const atOnce = 16 // links that all jobs together work on side by side

// places shares what may run side by side among the jobs that run.
type places struct {
	most int

	mu    sync.Mutex
	taken int
	byJob map[string]int
	freed chan struct{} // closed, and made anew, when a place is given back
}

func newPlaces(most int) *places {
	return &places{most: most, byJob: map[string]int{}, freed: make(chan struct{})}
}

func (p *places) enter(jobID string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.byJob[jobID] = 0
}

func (p *places) leave(jobID string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.byJob, jobID)
	p.wakeAll() // the others' shares grow
}

// take waits for a place. No job has more than its share, nor than its most.
func (p *places) take(ctx context.Context, jobID string, most int) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		p.mu.Lock()
		share := min(most, max(1, p.most/len(p.byJob)))
		if p.taken < p.most && p.byJob[jobID] < share {
			p.taken++
			p.byJob[jobID]++
			p.mu.Unlock()
			return nil
		}
		freed := p.freed
		p.mu.Unlock()
		select {
		case <-freed:
		case <-ctx.Done():
		}
	}
}

func (p *places) give(jobID string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.taken--
	p.byJob[jobID]--
	p.wakeAll()
}

func (p *places) wakeAll() {
	close(p.freed)
	p.freed = make(chan struct{})
}
