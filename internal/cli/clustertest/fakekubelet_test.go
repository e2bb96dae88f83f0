package clustertest

import (
	"context"
	"fmt"
	"sync"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/rest"
	toolscache "k8s.io/client-go/tools/cache"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// nodeNames are the names of the nodes.
var nodeNames = []string{"one", "two"}

// fakeKubelet runs the pods that are bound to any of the nodes.
type fakeKubelet struct {
	client   client.Client
	config   *rest.Config
	starter  *starter
	dir      string
	accounts map[string]string // kubeconfig of each ServiceAccount, by namespace/name

	cancel context.CancelFunc
	wait   sync.WaitGroup

	mu        sync.Mutex
	pods      map[types.UID]*fakePod
	firstSeen map[types.UID]*corev1.Pod // pods as they were when they were first seen
	faults    map[string]fault          // by namespace
}

// fault is a failure of all pods of a namespace.
type fault string

const (
	imagePullFails fault = "the image can't be pulled"
	outOfMemory    fault = "the container is killed for its memory"
)

func (n *fakeKubelet) start(parent context.Context) error {
	n.pods, n.firstSeen, n.faults = map[types.UID]*fakePod{}, map[types.UID]*corev1.Pod{}, map[string]fault{}
	ctx, cancel := context.WithCancel(parent)
	n.cancel = cancel
	for _, name := range nodeNames {
		if err := n.register(ctx, name); err != nil {
			return err
		}
	}
	c, err := cache.New(n.config, cache.Options{Scheme: scheme})
	if err != nil {
		return err
	}
	pods, err := c.GetInformer(ctx, &corev1.Pod{})
	if err != nil {
		return err
	}
	_, err = pods.AddEventHandler(toolscache.ResourceEventHandlerFuncs{
		AddFunc:    func(obj any) { n.syncPod(ctx, obj) },
		UpdateFunc: func(_, obj any) { n.syncPod(ctx, obj) },
		DeleteFunc: func(obj any) { n.removePod(obj) },
	})
	if err != nil {
		return err
	}
	n.wait.Go(func() { _ = c.Start(ctx) })
	return nil
}

// register creates a ready node with free capacity.
func (n *fakeKubelet) register(ctx context.Context, name string) error {
	obj := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: name}}
	if err := n.client.Create(ctx, obj); err != nil {
		return fmt.Errorf("register node %s: %w", name, err)
	}
	obj.Spec.Taints = nil // new nodes have the not-ready taint
	if err := n.client.Update(ctx, obj); err != nil {
		return fmt.Errorf("register node %s: %w", name, err)
	}
	capacity := corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("16"), corev1.ResourceMemory: resource.MustParse("64Gi"), corev1.ResourcePods: resource.MustParse("500")}
	obj.Status.Capacity, obj.Status.Allocatable = capacity, capacity
	obj.Status.Conditions = []corev1.NodeCondition{{Type: corev1.NodeReady, Status: corev1.ConditionTrue, Reason: "KubeletReady"}}
	if err := n.client.Status().Update(ctx, obj); err != nil {
		return fmt.Errorf("register node %s: %w", name, err)
	}
	return nil
}

// syncPod starts a pod that is bound to a node, and stops a pod that is deleted.
func (n *fakeKubelet) syncPod(ctx context.Context, obj any) {
	pod, ok := obj.(*corev1.Pod)
	if !ok {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.firstSeen[pod.UID] == nil {
		n.firstSeen[pod.UID] = pod.DeepCopy()
	}
	s := n.pods[pod.UID]
	if s == nil && pod.Spec.NodeName != "" && pod.Status.Phase == corev1.PodPending {
		s = newFakePod(n, pod)
		n.pods[pod.UID] = s
		n.wait.Go(func() { s.run(ctx) })
	}
	if s != nil && pod.DeletionTimestamp != nil {
		s.delete(pod.DeletionGracePeriodSeconds)
	}
}

// removePod kills the process of a pod that was force-deleted.
func (n *fakeKubelet) removePod(obj any) {
	if tombstone, ok := obj.(toolscache.DeletedFinalStateUnknown); ok {
		obj = tombstone.Obj
	}
	pod, ok := obj.(*corev1.Pod)
	if !ok {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if s := n.pods[pod.UID]; s != nil {
		zero := int64(0)
		s.delete(&zero)
	}
}

func (n *fakeKubelet) fault(namespace string) fault {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.faults[namespace]
}

// setFault makes the pods of a namespace fail. An empty fault clears it.
func (n *fakeKubelet) setFault(namespace string, f fault) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.faults[namespace] = f
}

// fakePods returns the pods of a namespace by age, oldest first, including deleted ones.
func (n *fakeKubelet) fakePods(namespace string) []*fakePod {
	n.mu.Lock()
	defer n.mu.Unlock()
	var all []*fakePod
	for _, s := range n.pods {
		if s.pod.Namespace == namespace {
			all = append(all, s)
		}
	}
	sortByAge(all)
	return all
}

// close kills all pods and waits until they have stopped.
func (n *fakeKubelet) close() {
	if n.cancel != nil {
		n.cancel()
	}
	n.wait.Wait()
}
