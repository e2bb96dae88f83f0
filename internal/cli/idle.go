package cli

import (
	"context"
	"fmt"
	"io"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/clausea/crawler/internal/kubestore"
)

// standaloneLock is the lock that the leader of the standalone processes of a database holds.
const standaloneLock = "clausea-standalone"

// noteIfIdle writes a note to w if no process acts on the resources that a command changed:
// with a cluster, that is for kubectl to see. Errors are not reported, because the change itself
// has succeeded.
func (a *app) noteIfIdle(ctx context.Context, w io.Writer, r *resourceClient) {
	if r.store == nil || r.served { // the standalone process itself answered
		return
	}
	if folder := embeddedFolder(a.values); folder != "" {
		fmt.Fprintf(w, "note: no standalone process uses the store in %s, so nothing acts on its resources; start one with: clausea standalone --store %[1]s\n", folder)
		return
	}
	record, _, err := kubestore.NewLock(r.store, standaloneLock, "", kubestore.Election{}).Get(ctx)
	switch {
	case apierrors.IsNotFound(err):
	case err != nil:
		return
	case record.HolderIdentity != "" && time.Since(record.RenewTime.Time) < time.Duration(record.LeaseDurationSeconds)*time.Second:
		return
	}
	fmt.Fprintln(w, "note: no standalone process uses this database, so nothing acts on its resources; start one with clausea standalone. An operator acts only on the resources of its cluster: for those, use kubectl or --kubernetes")
}
