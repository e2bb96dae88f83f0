// Package replicaset runs a real three-member MongoDB replica set on loopback for
// tests, and lets them hurt it: step down, kill, stop and restart its members.
package replicaset

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// Set is a running replica set.
type Set struct {
	URI        string
	members    []*member
	tempDir    string // folder to remove at the end
	startQueue chan func()
	closed     chan struct{}
}

type member struct {
	host   string
	args   []string
	cmd    *exec.Cmd
	exited chan struct{} // closed when its process is over
	err    error         // of its end
}

// startTimeout is how long a set may take to elect its first primary; 4 s is usual.
const startTimeout = 5 * time.Minute

// maxStartAttempts is on how many choices of ports a set is tried: another process may take
// one between the choice and the member's start.
const maxStartAttempts = 10

// errPortTaken says that a member's port is another process's.
var errPortTaken = errors.New("its port is another process's")

// Start starts n members of the binary mongod with data under dir (empty: a
// folder of its own) and waits for a primary that takes majority writes.
func Start(ctx context.Context, mongod, dir string, n int) (*Set, error) {
	return startOn(ctx, freePorts, mongod, dir, n)
}

// startOn is Start on ports that choose gives.
func startOn(ctx context.Context, choose func(context.Context, int) ([]int, error), mongod, dir string, n int) (*Set, error) {
	s := &Set{startQueue: make(chan func()), closed: make(chan struct{})}
	if dir == "" {
		d, err := os.MkdirTemp("", "replicaset")
		if err != nil {
			return nil, fmt.Errorf("start a replica set: %w", err)
		}
		s.tempDir, dir = d, d
	}
	// A child that is to die with its parent dies with the thread that started it
	// (prctl(2), PR_SET_PDEATHSIG), so one thread starts them all.
	go func() {
		runtime.LockOSThread()
		for {
			select {
			case f := <-s.startQueue:
				f()
			case <-s.closed:
				return
			}
		}
	}()
	var err error
	for range maxStartAttempts {
		var ports []int
		if ports, err = choose(ctx, n); err != nil {
			break
		}
		if err = s.startMembers(ctx, mongod, dir, ports); !errors.Is(err, errPortTaken) {
			break
		}
		s.killMembers()
	}
	if err != nil {
		s.Close()
		return nil, fmt.Errorf("start a replica set: %w", err)
	}
	return s, nil
}

func (s *Set) startMembers(ctx context.Context, mongod, dir string, ports []int) error {
	var hosts []string
	for i, port := range ports {
		data := filepath.Join(dir, fmt.Sprint("m", i))
		if err := os.MkdirAll(data, 0o700); err != nil {
			return err
		}
		m := &member{host: fmt.Sprintf("127.0.0.1:%d", port), args: []string{
			mongod, "--replSet", "rs0", "--bind_ip", "127.0.0.1", "--port", fmt.Sprint(port), "--dbpath", data,
			"--logpath", filepath.Join(data, "log"), "--logappend", "--wiredTigerCacheSizeGB", "0.25", "--oplogSize", "128", "--nounixsocket",
			"--setParameter", "diagnosticDataCollectionEnabled=false", "--setParameter", "enableTestCommands=1",
			"--setParameter", "shutdownTimeoutMillisForSignaledShutdown=100", // else 15 s of quiesce
		}}
		hosts = append(hosts, m.host)
		if err := s.start(m); err != nil {
			return err
		}
		s.members = append(s.members, m)
	}
	s.URI = fmt.Sprintf("mongodb://%s/?replicaSet=rs0", strings.Join(hosts, ","))
	return s.initiate(ctx)
}

func (s *Set) start(m *member) error {
	done := make(chan error)
	s.startQueue <- func() {
		// It lives until Close, Kill or Stop, whatever becomes of the caller's context.
		m.cmd = exec.CommandContext(context.Background(), m.args[0], m.args[1:]...)
		m.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
		done <- m.cmd.Start()
	}
	if err := <-done; err != nil {
		return fmt.Errorf("start mongod %s: %w", m.host, err)
	}
	m.exited = make(chan struct{})
	go func() {
		m.err = m.cmd.Wait()
		close(m.exited)
	}()
	return nil
}

// killMembers ends all members and waits for them.
func (s *Set) killMembers() {
	for _, m := range s.members {
		_ = m.cmd.Process.Kill() // one that stands still too
	}
	for _, m := range s.members {
		<-m.exited
	}
	s.members = nil
}

// Close ends all members and waits for them.
func (s *Set) Close() {
	s.killMembers()
	close(s.closed)
	if s.tempDir != "" {
		_ = os.RemoveAll(s.tempDir)
	}
}

// Primary is the index of the member that is primary now.
func (s *Set) Primary(ctx context.Context) (int, error) {
	for {
		for i, m := range s.members {
			c, err := mongo.Connect(options.Client().ApplyURI("mongodb://" + m.host + "/?directConnection=true").SetTimeout(time.Second).SetServerSelectionTimeout(time.Second).SetConnectTimeout(time.Second))
			if err != nil {
				return 0, err
			}
			var hello struct {
				Primary bool `bson:"isWritablePrimary"`
			}
			err = c.Database("admin").RunCommand(ctx, bson.D{{Key: "hello", Value: 1}}).Decode(&hello)
			_ = c.Disconnect(context.WithoutCancel(ctx))
			if err == nil && hello.Primary {
				return i, nil
			}
		}
		select {
		case <-ctx.Done():
			return 0, fmt.Errorf("no primary: %w", ctx.Err())
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// Signal sends a signal to member i.
func (s *Set) Signal(i int, sig syscall.Signal) error { return s.members[i].cmd.Process.Signal(sig) }

// Restart waits for member i to end and starts it again.
func (s *Set) Restart(i int) error {
	m := s.members[i]
	<-m.exited
	var exit *exec.ExitError
	if m.err != nil && !errors.As(m.err, &exit) {
		return fmt.Errorf("wait for mongod %s: %w", m.host, m.err)
	}
	return s.start(m)
}

// StepDown makes the primary give up its place.
func (s *Set) StepDown(ctx context.Context, i int) error {
	c, err := mongo.Connect(options.Client().ApplyURI("mongodb://" + s.members[i].host + "/?directConnection=true"))
	if err != nil {
		return err
	}
	defer func() { _ = c.Disconnect(context.WithoutCancel(ctx)) }()
	return c.Database("admin").RunCommand(ctx, bson.D{{Key: "replSetStepDown", Value: 10}, {Key: "secondaryCatchUpPeriodSecs", Value: 5}}).Err()
}

func (s *Set) initiate(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	var cfg bson.A
	for i, m := range s.members { // every member must answer before the set is made
		cfg = append(cfg, bson.D{{Key: "_id", Value: i}, {Key: "host", Value: m.host}})
		if err := m.waitUntilReady(ctx); err != nil {
			return fmt.Errorf("member %s: %w", m.host, err)
		}
	}
	err := s.members[0].runAdmin(ctx, bson.D{{Key: "replSetInitiate", Value: bson.D{
		{Key: "_id", Value: "rs0"}, {Key: "members", Value: cfg},
		{Key: "settings", Value: bson.D{{Key: "electionTimeoutMillis", Value: 2000}, {Key: "heartbeatIntervalMillis", Value: 500}}},
	}}}, &bson.D{})
	if err != nil {
		return fmt.Errorf("make the set: %w", err)
	}
	all, err := mongo.Connect(options.Client().ApplyURI(s.URI + "&w=majority").SetServerSelectionTimeout(startTimeout))
	if err != nil {
		return err
	}
	defer func() { _ = all.Disconnect(context.WithoutCancel(ctx)) }()
	_, err = all.Database("replicaset").Collection("ready").InsertOne(ctx, bson.D{})
	return err
}

// waitUntilReady waits until the member answers, and no other process in its place.
func (m *member) waitUntilReady(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	answered := make(chan error, 1)
	var status struct {
		PID int64 `bson:"pid"`
	}
	go func() { answered <- m.runAdmin(ctx, bson.D{{Key: "serverStatus", Value: 1}}, &status) }()
	select {
	case err := <-answered:
		if err == nil && status.PID != int64(m.cmd.Process.Pid) {
			return errPortTaken
		}
		return err
	case <-m.exited:
		cancel()
		err := <-answered
		if m.cmd.ProcessState.ExitCode() == exitCodeNetwork {
			return errPortTaken
		}
		return fmt.Errorf("it has ended (%w) before it answered: %w", m.err, err)
	}
}

// exitCodeNetwork is mongod's exit code where it can't listen (exit_code.h, netError).
const exitCodeNetwork = 48

// runAdmin runs a command of the member itself, once that answers.
func (m *member) runAdmin(ctx context.Context, command, into any) error {
	c, err := mongo.Connect(options.Client().ApplyURI("mongodb://" + m.host + "/?directConnection=true").SetServerSelectionTimeout(startTimeout))
	if err != nil {
		return err
	}
	defer func() { _ = c.Disconnect(context.WithoutCancel(ctx)) }()
	return c.Database("admin").RunCommand(ctx, command).Decode(into)
}

// Ports are chosen from those which no system gives out by itself, so that no
// connection takes one, nor another test's server (Linux begins at 32768, RFC 6335 at
// 49152).
const (
	firstPort = 20_000
	lastPort  = 32_767
)

// freePorts are n ports, all different, on which nobody listens now.
func freePorts(ctx context.Context, n int) ([]int, error) {
	var ports []int
	for _, i := range rand.Perm(lastPort - firstPort + 1) {
		if len(ports) == n {
			return ports, nil
		}
		l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", fmt.Sprintf("127.0.0.1:%d", firstPort+i))
		if err == nil {
			ports = append(ports, firstPort+i)
			_ = l.Close()
		}
	}
	return nil, fmt.Errorf("there are no %d free ports between %d and %d", n, firstPort, lastPort)
}

// ErrNoBinary says that this machine has no mongod that tests know of.
var ErrNoBinary = errors.New("no mongod: run hack/mongod/get.sh, or name one with MONGOD")

// Find is the path of a mongod: MONGOD, the one that hack/mongod/get.sh cached, or
// the one in PATH.
func Find() (string, error) {
	cache := os.Getenv("XDG_CACHE_HOME")
	if cache == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", fmt.Errorf("find a mongod: %w", err)
		}
		cache = filepath.Join(home, ".cache")
	}
	for _, name := range []string{os.Getenv("MONGOD"), filepath.Join(cache, "clausea", "mongod-6.0.5", "mongod"), "mongod"} {
		if name == "" {
			continue
		}
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", ErrNoBinary
}
