package soak

import (
	"context"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	ctrlclient "sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/kubestore"
	"github.com/clausea/crawler/internal/store"
)

// cleaner deletes CrawlJobs that have ended. The API leaves them for seven days, during which the
// processes have them in their caches.
type cleaner struct{ k ctrlclient.Client }

func newCleaner(objects store.Objects) *cleaner {
	s := runtime.NewScheme()
	utilruntime.Must(v1alpha1.AddToScheme(s))
	return &cleaner{kubestore.NewClient(objects, s)}
}

// delete deletes a CrawlJob, whose run remains.
func (c *cleaner) delete(ctx context.Context, name string) error {
	job := &v1alpha1.CrawlJob{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: name}}
	if err := c.k.Delete(ctx, job); ctrlclient.IgnoreNotFound(err) != nil {
		return fmt.Errorf("delete CrawlJob %s: %w", name, err)
	}
	return nil
}
