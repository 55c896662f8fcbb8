package views

import (
	"testing"
	"time"

	"mooring/jobs"
)

func TestWhatIsLeftIsEstimatedFromWhatIsDone(t *testing.T) {
	now := sampleReader.Now
	running := func(total, done, failed int, took time.Duration) jobs.Job {
		return jobs.Job{State: jobs.Running, Counted: true, Total: total, Done: done, Failed: failed, StartedAt: now.Add(-took)}
	}
	stopping := running(100, 50, 0, time.Hour)
	stopping.State = jobs.Stopping
	uncounted := running(0, 50, 0, time.Hour)
	uncounted.Counted = false
	for want, jobs := range map[string][]jobs.Job{
		"": {running(100, 0, 0, time.Hour), running(100, 50, 0, time.Second), running(100, 100, 0, time.Hour), running(100, 120, 0, time.Hour),
			stopping, uncounted, {State: jobs.Waiting, Counted: true, Total: 5}},
		"less than a minute left": {running(100, 50, 0, 30*time.Second)},
		"about 1 minute left":     {running(100, 25, 25, 70*time.Second)},
		"about 3 minutes left":    {running(400, 100, 0, time.Minute)},
		"about 5 hours left":      {running(600, 90, 10, time.Hour)},
	} {
		for _, job := range jobs {
			if got := timeLeft(job, now); got != want {
				t.Errorf("of %+v: %q, want %q", job, got, want)
			}
		}
	}
}
