package cli

import (
	"errors"
	"testing"

	"github.com/clausea/crawler/internal/run/kubejob"
	"github.com/clausea/crawler/internal/store"
)

// A controller may queue a failed run again before its worker reads the record.
func TestAWorkerEndsByTheStateOfItsRun(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		state      store.RunState
		terminated bool
		want       int
	}{
		{store.RunComplete, false, exitDone},
		{store.RunFailed, false, exitDone},
		{store.RunInterrupted, true, exitDone},
		{store.RunPending, false, exitDone},
		{store.RunPending, true, kubejob.ExitReleased},
		{store.RunRunning, true, kubejob.ExitReleased},
		{store.RunRunning, false, kubejob.ExitFailed},
	} {
		got := exitDone
		var e *exitError
		if err := workerResult(store.Run{ID: "r", State: c.state}, c.terminated); errors.As(err, &e) {
			got = e.code
		}
		if got != c.want {
			t.Errorf("state %s, terminated %t: exit code %d, want %d", c.state, c.terminated, got, c.want)
		}
	}
}
