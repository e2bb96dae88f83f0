package cli

import (
	"context"
	"fmt"

	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/clausea/crawler/internal/heartbeat"
)

// addHeartbeat adds the heartbeat of the leader, if HEARTBEAT_URL is set.
func (p *process) addHeartbeat(m ctrl.Manager) error {
	if p.v.HeartbeatURL.IsEmpty() {
		return nil
	}
	allowed, err := prefixes(p.v, &p.v.AllowAddress)
	if err != nil {
		return err
	}
	pinger, err := heartbeat.New(heartbeat.Options{
		URL: p.v.HeartbeatURL.Reveal(), AllowAddress: allowed, CAFile: p.v.CAFile, Check: p.canCrawl, Metrics: p.metrics.heartbeat, Log: p.log.WithName("heartbeat"),
	})
	if err != nil {
		return fmt.Errorf("create the heartbeat: %w", err)
	}
	if err := m.Add(pinger); err != nil {
		return fmt.Errorf("add the heartbeat: %w", err)
	}
	return nil
}

// canCrawl returns an error if the store does not respond, or the workers of this process are not
// alive.
func (p *process) canCrawl(ctx context.Context) error {
	if err := p.store.Ping(ctx); err != nil {
		return err
	}
	if p.v.MaxConcurrentCrawls > 0 {
		return p.pool.Alive()
	}
	return nil
}
