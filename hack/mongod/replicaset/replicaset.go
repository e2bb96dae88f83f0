// Package replicaset runs a MongoDB replica set on the loopback interface for tests. Tests can
// cause failures: step down the primary, and kill, stop and restart members.
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
	tempDir    string // folder to remove on Close, if Start created one
	startQueue chan func()
	closed     chan struct{}
}

type member struct {
	host   string
	args   []string
	cmd    *exec.Cmd
	exited chan struct{} // closed when the process has exited
	err    error         // result of waiting for the process
}

// startTimeout bounds the time until the first primary is elected, which is usually 4 s.
const startTimeout = 5 * time.Minute

// maxStartAttempts is the number of attempts to start a set, each on other ports: another
// process may bind a port between its selection and the start of the member.
const maxStartAttempts = 10

// errPortTaken means that another process listens on the port of a member.
var errPortTaken = errors.New("the port is in use by another process")

// Start starts n members of the binary mongod and waits for a primary that accepts majority
// writes. The data is stored in dir or, if it is empty, in a temporary folder.
func Start(ctx context.Context, mongod, dir string, n int) (*Set, error) {
	return startOn(ctx, freePorts, mongod, dir, n)
}

// StartStandalone starts a server that is no replica set, which has no transactions and change
// streams. The data is stored in a temporary folder.
func StartStandalone(ctx context.Context, mongod string) (*Set, error) {
	return startOn(ctx, freePorts, mongod, "", 0)
}

// startOn is Start with the ports that choose returns. If n is 0, it starts a standalone server.
func startOn(ctx context.Context, choose func(context.Context, int) ([]int, error), mongod, dir string, n int) (*Set, error) {
	s := &Set{startQueue: make(chan func()), closed: make(chan struct{})}
	if dir == "" {
		d, err := os.MkdirTemp("", "replicaset")
		if err != nil {
			return nil, fmt.Errorf("start a replica set: %w", err)
		}
		s.tempDir, dir = d, d
	}
	// PR_SET_PDEATHSIG of prctl(2) kills a child when the thread that started it ends, not the
	// process. One locked thread therefore starts all members.
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
		if ports, err = choose(ctx, max(n, 1)); err != nil {
			break
		}
		if err = s.startMembers(ctx, mongod, dir, ports, n > 0); !errors.Is(err, errPortTaken) {
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

// startMembers starts a member on each port and initiates the set. If replicated is false, the
// only member is a standalone server.
func (s *Set) startMembers(ctx context.Context, mongod, dir string, ports []int, replicated bool) error {
	var hosts []string
	for i, port := range ports {
		data := filepath.Join(dir, fmt.Sprint("m", i))
		if err := os.MkdirAll(data, 0o700); err != nil {
			return err
		}
		m := &member{host: fmt.Sprintf("127.0.0.1:%d", port), args: []string{
			mongod, "--bind_ip", "127.0.0.1", "--port", fmt.Sprint(port), "--dbpath", data,
			"--logpath", filepath.Join(data, "log"), "--logappend", "--wiredTigerCacheSizeGB", "0.25", "--nounixsocket",
			"--setParameter", "diagnosticDataCollectionEnabled=false", "--setParameter", "enableTestCommands=1",
			"--setParameter", "shutdownTimeoutMillisForSignaledShutdown=100", // instead of 15 s
		}}
		if replicated {
			m.args = append(m.args, "--replSet", "rs0", "--oplogSize", "128")
		}
		hosts = append(hosts, m.host)
		if err := s.start(m); err != nil {
			return err
		}
		s.members = append(s.members, m)
	}
	if !replicated {
		s.URI = "mongodb://" + hosts[0] + "/?directConnection=true"
		ctx, cancel := context.WithTimeout(ctx, startTimeout)
		defer cancel()
		return s.members[0].waitUntilReady(ctx)
	}
	s.URI = fmt.Sprintf("mongodb://%s/?replicaSet=rs0", strings.Join(hosts, ","))
	return s.initiate(ctx)
}

// start starts the process of a member.
func (s *Set) start(m *member) error {
	done := make(chan error)
	s.startQueue <- func() {
		// The process is independent of the caller's context and lives until Close or Signal.
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

// killMembers kills all members and waits for them to exit.
func (s *Set) killMembers() {
	for _, m := range s.members {
		_ = m.cmd.Process.Kill() // ends stopped processes too
	}
	for _, m := range s.members {
		<-m.exited
	}
	s.members = nil
}

// Close kills all members, waits for them to exit and removes a temporary data folder.
func (s *Set) Close() {
	s.killMembers()
	close(s.closed)
	if s.tempDir != "" {
		_ = os.RemoveAll(s.tempDir)
	}
}

// Primary waits for a primary and returns its index.
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

// Restart waits for member i to exit and starts it again.
func (s *Set) Restart(i int) error {
	m := s.members[i]
	<-m.exited
	var exit *exec.ExitError
	if m.err != nil && !errors.As(m.err, &exit) {
		return fmt.Errorf("wait for mongod %s: %w", m.host, m.err)
	}
	return s.start(m)
}

// StepDown makes primary i step down.
func (s *Set) StepDown(ctx context.Context, i int) error {
	c, err := mongo.Connect(options.Client().ApplyURI("mongodb://" + s.members[i].host + "/?directConnection=true"))
	if err != nil {
		return err
	}
	defer func() { _ = c.Disconnect(context.WithoutCancel(ctx)) }()
	return c.Database("admin").RunCommand(ctx, bson.D{{Key: "replSetStepDown", Value: 10}, {Key: "secondaryCatchUpPeriodSecs", Value: 5}}).Err()
}

// initiate initiates the replica set and waits for a majority write.
func (s *Set) initiate(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	var cfg bson.A
	for i, m := range s.members { // every member must respond before the set is initiated
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
		return fmt.Errorf("initiate the set: %w", err)
	}
	all, err := mongo.Connect(options.Client().ApplyURI(s.URI + "&w=majority").SetServerSelectionTimeout(startTimeout))
	if err != nil {
		return err
	}
	defer func() { _ = all.Disconnect(context.WithoutCancel(ctx)) }()
	_, err = all.Database("replicaset").Collection("ready").InsertOne(ctx, bson.D{})
	return err
}

// waitUntilReady waits until the member responds. It returns errPortTaken if another process
// responds instead.
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
		return fmt.Errorf("the process exited (%w) before it responded: %w", m.err, err)
	}
}

// exitCodeNetwork is the exit code of mongod if it cannot listen (netError in exit_code.h).
const exitCodeNetwork = 48

// runAdmin runs an admin command on the member as soon as it responds.
func (m *member) runAdmin(ctx context.Context, command, into any) error {
	c, err := mongo.Connect(options.Client().ApplyURI("mongodb://" + m.host + "/?directConnection=true").SetServerSelectionTimeout(startTimeout))
	if err != nil {
		return err
	}
	defer func() { _ = c.Disconnect(context.WithoutCancel(ctx)) }()
	return c.Database("admin").RunCommand(ctx, command).Decode(into)
}

// Ports are below the ephemeral ranges (from 32768 on Linux, from 49152 in RFC 6335), so that
// no connection and no server of another test is assigned one of them.
const (
	firstPort = 20_000
	lastPort  = 32_767
)

// freePorts returns n different ports on which no process listens.
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
	return nil, fmt.Errorf("fewer than %d free ports between %d and %d", n, firstPort, lastPort)
}

// ErrNoBinary means that Find found no mongod.
var ErrNoBinary = errors.New("no mongod: run hack/mongod/get.sh, or set MONGOD to its path")

// Find returns the path of a mongod: $MONGOD, the binary that hack/mongod/get.sh cached, or the
// one in PATH.
func Find() (string, error) {
	cache := os.Getenv("XDG_CACHE_HOME")
	if cache == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", fmt.Errorf("find mongod: %w", err)
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
