package queue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/clausea/crawler/internal/run"
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/tracing"
)

// execute executes a claimed run until it ends or is signalled. If process is cancelled,
// the run is released to the queue. The result is in the record of the run.
func (p *Pool) execute(process context.Context, rec store.Run, lease store.Lease) {
	defer p.setInactive(rec.ID)
	err := p.executeTask(process, rec, lease)
	if err != nil && !errors.Is(err, context.Canceled) && !errors.Is(err, store.ErrFenced) {
		p.Log.Error(err, "run ended early", "runID", rec.ID, "company", rec.Company)
	}
}

func (p *Pool) executeTask(process context.Context, rec store.Run, lease store.Lease) error {
	var t task
	if err := json.Unmarshal(rec.Task, &t); err != nil {
		return fmt.Errorf("decode the task of run %s: %w", rec.ID, err)
	}
	ctx, stop := p.signals(rec.ID).watch(process, run.ErrShutdown)
	defer stop()
	ctx = tracing.Continue(ctx, t.Traceparent)
	_, err := p.Runner.Execute(ctx, run.TaskFor(rec.Company, t.Target, t.Limits, p.defaults()), rec, lease, nil)
	return err
}

// setInactive records that this pool no longer executes a run.
func (p *Pool) setInactive(runID string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.active, runID)
}
