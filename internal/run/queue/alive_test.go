package queue

import (
	"testing"
	"time"
)

func TestAPoolIsAliveWhileItPollsOrExecutesARun(t *testing.T) {
	t.Parallel()
	p := &Pool{}
	p.init()
	if err := p.Alive(); err != nil {
		t.Errorf("a pool that is about to start: %v", err)
	}
	p.polledAt.Store(time.Now().Add(-maxPollAge - time.Second).UnixNano())
	if p.Alive() == nil {
		t.Error("a pool that no longer polls is alive")
	}
	p.active["r"] = true
	if err := p.Alive(); err != nil {
		t.Errorf("a pool that executes a run: %v", err)
	}
}
