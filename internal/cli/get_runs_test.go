package cli

import (
	"testing"
	"time"

	"github.com/clausea/crawler/internal/store"
)

func TestARunWithoutHeartbeatIsShownAsInterrupted(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	runs := []store.Run{
		{State: store.RunRunning, Heartbeat: now.Add(-silence)},
		{State: store.RunRunning, Heartbeat: now.Add(-silence - time.Second)},
		{State: store.RunPending, Heartbeat: now.Add(-time.Hour)},
		{State: store.RunComplete, StopReason: "Converged", Heartbeat: now.Add(-time.Hour)},
	}
	showLostRuns(runs, now)
	for i, want := range []string{"Running ", "Interrupted NoHeartbeat", "Pending ", "Complete Converged"} {
		if got := string(runs[i].State) + " " + runs[i].StopReason; got != want {
			t.Errorf("run %d is shown as %q, want %q", i, got, want)
		}
	}
}
