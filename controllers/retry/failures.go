package retry

import (
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"
)

// reportAfter is how long the reconciles of an object must fail before its status says so.
// By then a retry has failed eleven times. Most errors pass within the first retries, and a
// status for each of them would cost two writes and change the condition Ready twice.
const reportAfter = 10 * time.Second

// Failures remembers since when the reconciles of objects fail. It holds only the objects that
// fail. The zero value is ready to use. It is safe for concurrent use.
type Failures struct {
	mu    sync.Mutex
	since map[types.NamespacedName]time.Time
}

// Record records that a reconcile of an object failed at a time. It reports whether the object
// has failed for so long that its status should say so.
func (f *Failures) Record(object types.NamespacedName, now time.Time) (persistent bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	since, ok := f.since[object]
	if !ok {
		if f.since == nil {
			f.since = map[types.NamespacedName]time.Time{}
		}
		since = now
		f.since[object] = now
	}
	return now.Sub(since) >= reportAfter
}

// Clear records that a reconcile of an object succeeded, or that the object is deleted.
func (f *Failures) Clear(object types.NamespacedName) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.since, object)
}
