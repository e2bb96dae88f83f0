package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/clausea/crawler/internal/run"
	"github.com/clausea/crawler/internal/run/hostlease"
	"github.com/clausea/crawler/internal/run/kubejob"
	"github.com/clausea/crawler/internal/run/queue"
	"github.com/clausea/crawler/internal/settings"
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/mongo"
)

func newWorker(a *app) *cobra.Command {
	var id string
	cmd := &cobra.Command{
		Use:   "worker --run ID",
		Short: "Execute one queued run; the pods of Kubernetes Jobs use this command",
		Long: fmt.Sprintf(`Execute one queued run. The pods of Kubernetes Jobs use this command. Exit codes: %d the
run's record has the outcome, %d failed and a retry may succeed, %d failed and a retry
cannot succeed, %d the run was released because the process received a signal.`, kubejob.ExitDone, kubejob.ExitFailed, kubejob.ExitUsage, kubejob.ExitReleased),
		Args: exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if id == "" {
				return usage("--run is required: clausea worker --run ID")
			}
			return a.work(cmd.Context(), id)
		},
	}
	cmd.Flags().StringVar(&id, "run", "", "`ID` of the run to execute")
	return a.withSettings(cmd, settings.CommandWorker)
}

func (a *app) work(ctx context.Context, id string) error {
	if embeddedFolder(a.values) != "" {
		return usage("a worker requires the MongoDB of the operator: set MONGO_URI")
	}
	stopTracing, err := a.startTracing(ctx, settings.CommandWorker)
	if err != nil {
		return err
	}
	defer stopTracing()
	fetcher, err := newFetcher(a.values)
	if err != nil {
		return err
	}
	defer fetcher.Close()
	engine, closeEngine, err := newEngine(ctx, a.values, fetcher, nil, a.log)
	if err != nil {
		return err
	}
	defer closeEngine()
	uri := storeURI(a.values)
	a.log.Info("connecting to MongoDB", "hosts", mongo.Hosts(uri))
	s, err := openStore(ctx, a.values)
	if failure := mongo.Explain(err, uri); failure != nil && failure.Permanent() {
		return &exitError{kubejob.ExitUsage, failure} // another pod would fail too
	}
	if err != nil {
		return err
	}
	defer func() { _ = s.Close(context.WithoutCancel(ctx)) }()
	s = measuredStore{Store: s} // for traces; a pod has no metrics
	pdf, err := newPDFReader()
	if err != nil {
		return err
	}
	p := &queue.Pool{
		Store: s, Defaults: crawlJobOptions(a.values), PollInterval: time.Second, Log: a.log,
		Runner: &run.Runner{Engine: engine, Store: s, Log: a.log, WorkerID: workerIdentity(), LeaseDuration: a.values.LeaseDuration, PDF: pdf, MaxHostHold: hostlease.DefaultMaxHold},
	}
	a.log.Info("started", "role", settings.CommandWorker, "version", buildVersion(), "store", storeKind(a.values), "runID", id)
	rec, err := p.WorkOn(ctx, id, kubejob.WorkerName(id))
	switch {
	case errors.Is(err, store.ErrNotFound), errors.Is(err, queue.ErrNotAssigned):
		return &exitError{kubejob.ExitUsage, err} // the run is finished, or assigned to another worker
	case err != nil:
		return &exitError{kubejob.ExitFailed, err}
	}
	return workerResult(rec, ctx.Err() != nil)
}

// workerResult returns the error with which a worker ends, given the record of its run afterwards.
// terminated means that a signal ended the worker.
func workerResult(rec store.Run, terminated bool) error {
	switch {
	case rec.State != store.RunPending && rec.State != store.RunRunning:
		return nil
	case terminated:
		return &exitError{code: kubejob.ExitReleased}
	case rec.State == store.RunPending:
		return nil // it failed, and its owner has queued it again for a new Job already
	default:
		return &exitError{kubejob.ExitFailed, fmt.Errorf("execute run %s: failed to store its final state", rec.ID)}
	}
}
