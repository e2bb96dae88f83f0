package cli

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/clausea/crawler/internal/kubestore"
	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/settings"
	"github.com/clausea/crawler/internal/unixsocket"
)

// socketName is the socket in the folder of the embedded store. The process that has the store
// open serves the requests of other commands on it, because only one process can open the store.
const socketName = "clausea.sock"

// serveSocket serves the other commands of this user on the socket of a folder, whose store this
// process has open. parts has the store, the backends and the log.
func serveSocket(ctx context.Context, v *settings.Values, folder string, parts apiParts) (stop func(), err error) {
	scheme, err := newScheme()
	if err != nil {
		return nil, err
	}
	c := kubestore.NewClient(parts.store, scheme)
	parts.resources = service.Resources{Client: c, Cache: c, Namespace: apiNamespace(v, false)}
	h, err := newLocalAPI(ctx, v, parts)
	if err != nil {
		return nil, err
	}
	l, remove, err := unixsocket.Listen(filepath.Join(folder, socketName))
	if err != nil {
		return nil, fmt.Errorf("listen for commands: %w", err)
	}
	server := serveHTTP(l, h, parts.log)
	return func() {
		remove() // before another process can create its own
		if err := server.stop(serverShutdown); err != nil {
			parts.log.Error(err, "failed to stop serving commands")
		}
	}, nil
}
