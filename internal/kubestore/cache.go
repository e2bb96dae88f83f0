package kubestore

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/rest"
	toolscache "k8s.io/client-go/tools/cache"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/internal/store"
)

// cacheFunc returns the NewCache function of a Manager: the standard cache, with informers
// that list and watch the store.
func cacheFunc(ctx context.Context, objects store.Objects) cache.NewCacheFunc {
	return func(config *rest.Config, o cache.Options) (cache.Cache, error) {
		scheme := o.Scheme
		o.Mapper = NewRESTMapper()
		o.NewInformer = func(_ toolscache.ListerWatcher, obj runtime.Object, resync time.Duration, indexers toolscache.Indexers) toolscache.SharedIndexInformer {
			lw := &listWatch{ctx: ctx, objects: objects, scheme: scheme, example: obj}
			return toolscache.NewSharedIndexInformer(lw, obj, resync, indexers)
		}
		return cache.New(config, o)
	}
}

// listWatch lists and watches the objects of one kind for an informer.
type listWatch struct {
	ctx     context.Context // for the methods without a context; ends with the process
	objects store.Objects
	scheme  *runtime.Scheme
	example runtime.Object

	mu     sync.Mutex
	listed string // version of the latest list, the only version that can be watched from
}

// IsWatchListSemanticsUnSupported makes the reflector list and then watch. With a streaming
// list, which it tries first by default, it would never sync.
func (l *listWatch) IsWatchListSemanticsUnSupported() bool { return true }

// List implements cache.Lister.
func (l *listWatch) List(metav1.ListOptions) (runtime.Object, error) {
	return l.ListWithContext(l.ctx, metav1.ListOptions{})
}

// ListWithContext lists all objects. It ignores the limit in the options.
func (l *listWatch) ListWithContext(ctx context.Context, _ metav1.ListOptions) (runtime.Object, error) {
	kind, err := kindOf(l.example, l.scheme)
	if err != nil {
		return nil, err
	}
	item, ok := l.example.(client.Object)
	if !ok {
		return nil, notSupported(fmt.Sprintf("caching %T", l.example))
	}
	f := collector{item: item}
	_, version, err := listAll(ctx, l.objects, kind, "", 0, "", f.add)
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", kinds[kind].Resource, apiError(err, kinds[kind], ""))
	}
	gvk, _, err := l.scheme.ObjectKinds(l.example)
	if err != nil {
		return nil, err
	}
	obj, err := l.scheme.New(gvk[0].GroupVersion().WithKind(kind + "List"))
	if err != nil {
		return nil, err
	}
	list, ok := obj.(client.ObjectList)
	if !ok {
		return nil, notSupported(fmt.Sprintf("listing %T", l.example))
	}
	if err := meta.SetList(list, f.out); err != nil {
		return nil, err
	}
	list.SetResourceVersion(version)
	l.mu.Lock()
	l.listed = version
	l.mu.Unlock()
	return list, nil
}

// Watch implements cache.Watcher.
func (l *listWatch) Watch(o metav1.ListOptions) (watch.Interface, error) {
	return l.WatchWithContext(l.ctx, o)
}

// WatchWithContext watches from the version of the latest list. The store cannot watch from
// the version of an object. For any other version, WatchWithContext returns 410 Gone, after
// which the reflector lists again.
func (l *listWatch) WatchWithContext(ctx context.Context, o metav1.ListOptions) (watch.Interface, error) {
	kind, err := kindOf(l.example, l.scheme)
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	listed := l.listed
	l.mu.Unlock()
	if o.ResourceVersion != listed {
		return nil, apierrors.NewResourceExpired("the watch expired: list again")
	}
	w, err := l.objects.WatchObjects(ctx, kind, listed)
	if err != nil {
		return nil, apiError(err, kinds[kind], "")
	}
	return newStream(l, w), nil
}

// stream converts the events of a store.Watch for an informer.
type stream struct {
	inner store.Watch
	out   chan watch.Event
	quit  chan struct{}
	once  sync.Once
	done  chan struct{}
}

func newStream(l *listWatch, w store.Watch) *stream {
	s := &stream{inner: w, out: make(chan watch.Event), quit: make(chan struct{}), done: make(chan struct{})}
	go s.run(l)
	return s
}

// ResultChan implements watch.Interface.
func (s *stream) ResultChan() <-chan watch.Event { return s.out }

// Stop implements watch.Interface. It waits until the stream has ended.
func (s *stream) Stop() {
	s.once.Do(func() { close(s.quit) })
	<-s.done
}

// run forwards events until the watch or the stream ends.
func (s *stream) run(l *listWatch) {
	defer close(s.done)
	defer close(s.out)
	defer s.inner.Stop()
	for {
		select {
		case <-s.quit:
			return
		case e, ok := <-s.inner.Events():
			if !ok {
				err := s.inner.Err()
				if err != nil {
					s.send(watch.Event{Type: watch.Error, Object: watchError(err)})
				}
				return
			}
			obj, err := l.decode(e.Object)
			if err != nil {
				s.send(watch.Event{Type: watch.Error, Object: watchError(err)})
				return
			}
			if !s.send(watch.Event{Type: watch.EventType(e.Type), Object: obj}) {
				return
			}
		}
	}
}

// send delivers an event and reports whether it did so before Stop was called.
func (s *stream) send(e watch.Event) bool {
	select {
	case s.out <- e:
		return true
	case <-s.quit:
		return false
	}
}

// decode returns a new typed object with the content of o.
func (l *listWatch) decode(o store.Object) (runtime.Object, error) {
	gvk, _, err := l.scheme.ObjectKinds(l.example)
	if err != nil {
		return nil, err
	}
	obj, err := l.scheme.New(gvk[0])
	if err != nil {
		return nil, err
	}
	return obj, decodeInto(obj, o)
}

// watchError returns the status object with which a watch reports an error.
func watchError(err error) runtime.Object {
	if errors.Is(err, store.ErrExpired) {
		err = apierrors.NewResourceExpired(err.Error())
	}
	var status apierrors.APIStatus
	if errors.As(err, &status) {
		s := status.Status()
		return &s
	}
	s := apierrors.NewInternalError(err).Status()
	return &s
}
