package cli

import (
	"github.com/go-logr/logr"

	"github.com/clausea/crawler/internal/notify"
	"github.com/clausea/crawler/internal/ratelimit"
	"github.com/clausea/crawler/internal/settings"
)

// apiBackends are the servers of others that the API uses.
type apiBackends struct {
	webhooks *notify.Client
	limiter  ratelimit.Limiter
	// close closes the connections.
	close func()
}

// newAPIBackends returns the backends that the settings select. It connects to none of them.
func newAPIBackends(v *settings.Values, log logr.Logger) (*apiBackends, error) {
	webhooks, err := newWebhookClient(v)
	if err != nil {
		return nil, err
	}
	b := &apiBackends{webhooks: webhooks, limiter: ratelimit.NewMemory(), close: webhooks.Close}
	if v.RedisURL.IsEmpty() {
		return b, nil
	}
	shared, err := ratelimit.NewRedis(v.RedisURL.Reveal(), log)
	if err != nil {
		webhooks.Close()
		return nil, &exitError{exitUsage, v.InvalidValue(&v.RedisURL, "", "a URI such as redis://HOST or rediss://USER:PASSWORD@HOST:PORT/DATABASE")}
	}
	b.limiter = shared
	b.close = func() {
		webhooks.Close()
		_ = shared.Close() // its connections end with the process anyway
	}
	return b, nil
}
