package credential_test

import (
	"log/slog"
	"testing"
	"time"

	"mooring/cloud"
	"mooring/credential"
)

// A link of a cloud that was removed is never checked, and goes on where it was when
// the cloud is back.
func TestALinkOfARemovedCloudIsNotChecked(t *testing.T) {
	live(t, func(t *testing.T, w world) {
		stop := w.running(w.Service)
		c := w.link("one")
		settle()
		same(t, "the state before", w.find(c).State, credential.Connected)
		runs := len(w.runs(c))
		stop()

		without := credential.NewService(w.Credentials(), cloud.Registry{}, w.signer, nil, w.now, w.newID, slog.New(w.log))
		stop = w.running(without)
		after(72 * time.Hour)
		same(t, "the plan being empty", w.find(c).NextCheckAt.IsZero(), true)
		same(t, "the runs without the cloud", len(w.runs(c)), runs)
		same(t, "the status", w.find(c).Status(w.now()), credential.StatusWarning) // nobody could check it for so long
		same(t, "what the log says", len(w.log.messages), 0)
		stop()

		w.running(w.Service)
		after(time.Hour + time.Minute)
		same(t, "the runs with it", len(w.runs(c)), runs+1)
		same(t, "the status in the end", w.find(c).Status(w.now()), credential.StatusConnected)
	})
}
