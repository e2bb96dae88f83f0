package clustertest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// fakePod runs a pod with one container on a fake node.
type fakePod struct {
	kubelet   *fakeKubelet
	pod       *corev1.Pod
	startedAt time.Time
	deleted   chan struct{} // closed when the pod is deleted
	forced    chan struct{} // closed when the pod is deleted without a grace period
	ended     chan struct{} // closed when the process has exited
	tail      *logTail

	mu       sync.Mutex
	grace    time.Duration
	process  *os.Process
	code     int
	killed   bool // the grace period expired
	signaled bool // the process received SIGTERM
}

func newFakePod(n *fakeKubelet, pod *corev1.Pod) *fakePod {
	return &fakePod{kubelet: n, pod: pod.DeepCopy(), startedAt: time.Now(), tail: &logTail{},
		deleted: make(chan struct{}), forced: make(chan struct{}), ended: make(chan struct{})}
}

func sortByAge(all []*fakePod) {
	slices.SortFunc(all, func(a, b *fakePod) int { return a.startedAt.Compare(b.startedAt) })
}

// retryInterval is the interval at which the fake kubelet retries to start a container.
const retryInterval = 200 * time.Millisecond

// run runs the pod from its creation to its deletion.
func (s *fakePod) run(ctx context.Context) {
	defer func() {
		select {
		case <-s.deleted:
			s.remove(ctx)
		case <-ctx.Done():
		}
	}()
	defer close(s.ended)
	s.writeStatus(ctx, corev1.PodPending, waiting("ContainerCreating", ""))
	env, ok := s.prepare(ctx)
	if !ok {
		return
	}
	cmd, err := s.start(env)
	if err != nil {
		s.writeStatus(ctx, corev1.PodFailed, corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: 128, Reason: "StartError", Message: err.Error()}})
		return
	}
	s.writeStatus(ctx, corev1.PodRunning, corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: metav1.Now()}})
	over := make(chan struct{})
	go func() {
		defer close(over)
		_ = cmd.Wait() // ProcessState has the result
	}()
	reason := s.supervise(ctx, cmd.Process, over)
	t := &corev1.ContainerStateTerminated{ExitCode: int32(exitCode(cmd.ProcessState)), Reason: reason, StartedAt: metav1.NewTime(s.startedAt), FinishedAt: metav1.Now()}
	s.mu.Lock()
	s.code = int(t.ExitCode)
	s.mu.Unlock()
	phase := corev1.PodSucceeded
	if t.ExitCode != 0 {
		phase, t.Message = corev1.PodFailed, s.tail.String()
		if t.Reason == "" {
			t.Reason = "Error"
		}
	} else if t.Reason == "" {
		t.Reason = "Completed"
	}
	s.writeStatus(ctx, phase, corev1.ContainerState{Terminated: t})
}

// supervise waits for the process to exit, and stops it when the pod is deleted. reason is
// OOMKilled if the fake kernel killed the process.
func (s *fakePod) supervise(ctx context.Context, p *os.Process, over <-chan struct{}) (reason string) {
	tick := time.NewTicker(retryInterval)
	defer tick.Stop()
	for {
		select {
		case <-over:
			return reason
		case <-tick.C:
			if s.kubelet.fault(s.pod.Namespace) == outOfMemory && reason == "" {
				reason = "OOMKilled"
				_ = p.Kill()
			}
			continue
		case <-ctx.Done():
		case <-s.deleted:
			s.mu.Lock()
			s.signaled = true
			grace := s.grace
			s.mu.Unlock()
			_ = p.Signal(syscall.SIGTERM)
			select {
			case <-over:
				return reason
			case <-s.forced:
			case <-time.After(grace):
			case <-ctx.Done():
			}
			s.mu.Lock()
			s.killed = true
			s.mu.Unlock()
		}
		_ = p.Kill()
		<-over
		return reason
	}
}

// prepare waits until the image is available and the environment resolves.
func (s *fakePod) prepare(ctx context.Context) (env []string, ok bool) {
	lastReason := ""
	for {
		var reason, message string
		if s.kubelet.fault(s.pod.Namespace) == imagePullFails {
			reason, message = "ErrImagePull", fmt.Sprintf("failed to pull and unpack image %q: not found", s.pod.Spec.Containers[0].Image)
			if lastReason != "" {
				reason, message = "ImagePullBackOff", fmt.Sprintf("Back-off pulling image %q", s.pod.Spec.Containers[0].Image)
			}
		} else if resolved, err := s.kubelet.environment(ctx, s.pod); err != nil {
			reason, message = "CreateContainerConfigError", err.Error()
		} else {
			return resolved, true
		}
		if reason != lastReason {
			s.writeStatus(ctx, corev1.PodPending, waiting(reason, message))
			lastReason = reason
		}
		select {
		case <-s.deleted:
			return nil, false
		case <-ctx.Done():
			return nil, false
		case <-time.After(retryInterval):
		}
	}
}

func (s *fakePod) start(env []string) (*exec.Cmd, error) {
	dir := filepath.Join(s.kubelet.dir, string(s.pod.UID))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(context.Background(), os.Args[0])
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, s.tail, s.tail
	cmd.Env = append(slices.Clone(env), "TMPDIR="+dir, argsEnv+"="+strings.Join(s.pod.Spec.Containers[0].Args, "\n"))
	if err := s.kubelet.starter.start(cmd); err != nil {
		return nil, err
	}
	s.mu.Lock()
	s.process = cmd.Process
	s.mu.Unlock()
	return cmd, nil
}

// kill kills the process, like the loss of its node.
func (s *fakePod) kill() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.process != nil {
		_ = s.process.Kill()
	}
}

// freeze pauses the process, so it responds only to SIGKILL.
func (s *fakePod) freeze() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.process != nil {
		_ = s.process.Signal(syscall.SIGSTOP)
	}
}

// outcome returns how the process exited: its exit code, whether it received SIGTERM, and whether
// its grace period expired.
func (s *fakePod) outcome() (code int, asked, killed bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.code, s.signaled, s.killed
}

func (s *fakePod) delete(grace *int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if grace != nil {
		s.grace = time.Duration(*grace) * time.Second
	}
	closeOnce(s.deleted)
	if s.grace == 0 {
		closeOnce(s.forced)
	}
	select {
	case <-s.ended: // run has returned, so it no longer waits for the deletion
		s.kubelet.wait.Go(func() { s.remove(context.Background()) })
	default:
	}
}

func closeOnce(c chan struct{}) {
	select {
	case <-c:
	default:
		close(c)
	}
}

// remove deletes the pod from the API server, as the kubelet does after its containers have
// stopped.
func (s *fakePod) remove(ctx context.Context) {
	uid := s.pod.UID
	retryCall(ctx, func(ctx context.Context) error {
		return s.kubelet.client.Delete(ctx, s.pod.DeepCopy(), client.GracePeriodSeconds(0), client.Preconditions{UID: &uid})
	})
}

// retryCall repeats a call to the API server until it succeeds or the pod is gone. It tries at
// least once, and stops after waitTimeout.
func retryCall(ctx context.Context, call func(context.Context) error) {
	ctx, cancel := context.WithTimeout(ctx, waitTimeout)
	defer cancel()
	for {
		one, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		err := call(one)
		cancel()
		if err == nil || apierrors.IsNotFound(err) || apierrors.IsConflict(err) {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(retryInterval):
		}
	}
}

// writeStatus patches the status fields that the kubelet owns.
func (s *fakePod) writeStatus(ctx context.Context, phase corev1.PodPhase, state corev1.ContainerState) {
	before := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: s.pod.Namespace, Name: s.pod.Name, UID: s.pod.UID}}
	after := before.DeepCopy()
	start := metav1.NewTime(s.startedAt)
	after.Status.Phase, after.Status.StartTime = phase, &start
	after.Status.ContainerStatuses = []corev1.ContainerStatus{{
		Name: s.pod.Spec.Containers[0].Name, Image: s.pod.Spec.Containers[0].Image, ImageID: s.pod.Spec.Containers[0].Image, State: state, Ready: state.Running != nil,
	}}
	retryCall(ctx, func(ctx context.Context) error {
		return s.kubelet.client.Status().Patch(ctx, after.DeepCopy(), client.MergeFrom(before))
	})
}

func waiting(reason, message string) corev1.ContainerState {
	return corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: reason, Message: message}}
}

// exitCode returns the exit code of a container: 128 plus the signal if a signal ended it.
func exitCode(p *os.ProcessState) int {
	if w, ok := p.Sys().(syscall.WaitStatus); ok && w.Signaled() {
		return 128 + int(w.Signal())
	}
	return p.ExitCode()
}

// logTail stores the end of the log of a container, as much as a termination message can hold.
type logTail struct {
	mu   sync.Mutex
	text []byte
	port string // on which the process listens, once it has logged it
}

// maxMessage is the API's limit for the part of a log in a termination message, in bytes.
const maxMessage = 2048

// Write implements io.Writer.
func (t *logTail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, b...)
	if found := portPattern.FindSubmatch(t.text); found != nil {
		t.port = string(found[1])
	}
	t.text = t.text[max(len(t.text)-maxMessage, 0):]
	return len(b), nil
}

// portPattern matches the port that a process logs.
var portPattern = regexp.MustCompile(`"listenAddress":"[^"]*:([0-9]+)"`)

// listenPort returns the port on which the process listens, or an empty string.
func (t *logTail) listenPort() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.port
}

// String returns the termination message.
func (t *logTail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.ToValidUTF8(string(t.text), "")
}
