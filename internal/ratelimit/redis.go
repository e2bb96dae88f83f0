package ratelimit

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/go-logr/logr"
	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

const (
	// redisTimeout limits a decision. A request waits this long at most for a Redis server that
	// does not respond.
	redisTimeout = 50 * time.Millisecond
	// redisPause is how long a server that failed is not asked again. Chosen by hand.
	redisPause = time.Second
	// redisLogInterval is the minimum time between two messages about a failure.
	redisLogInterval = time.Minute
	redisConnections = 20
	redisPrefix      = "clausea:limit:"
)

// allowScript is decide, with the clock of the Redis server, in microseconds. The key expires when
// the whole quota is available again.
var allowScript = redis.NewScript(`
local t = redis.call('TIME')
local now = tonumber(t[1]) * 1000000 + tonumber(t[2])
local interval, window = tonumber(ARGV[1]), tonumber(ARGV[2])
local full = tonumber(redis.call('GET', KEYS[1]) or '0')
if full < now then full = now end
local new = full + interval
local wait = new - now - window
if wait > 0 then return {0, 0, full - now, wait} end
redis.call('SET', KEYS[1], string.format('%.0f', new), 'PX', math.ceil((new - now) / 1000))
return {1, math.floor((window - (new - now)) / interval), new - now, 0}
`)

// returnScript makes the quota of a key available again by one request earlier.
var returnScript = redis.NewScript(`
local full = tonumber(redis.call('GET', KEYS[1]) or '0')
if full > 0 then redis.call('SET', KEYS[1], string.format('%.0f', full - tonumber(ARGV[1])), 'KEEPTTL') end
return 0
`)

// Redis is a Limiter that several processes share, over a Redis server. While the server does
// not respond, it limits in the memory of the process.
type Redis struct {
	client  *redis.Client
	timeout time.Duration // of a decision
	memory  *Memory
	log     logr.Logger
	now     func() time.Time

	mu       sync.Mutex
	failedAt time.Time
	loggedAt time.Time
}

// silenceRedis stops the client from writing to the standard error of the process, where nothing
// is redacted. Every failure is the result of a call, and is reported from there.
var silenceRedis = sync.OnceFunc(func() { redis.SetLogger(silent{}) })

type silent struct{}

func (silent) Printf(context.Context, string, ...any) {}

// NewRedis returns a limiter over the server at a URL such as redis://user:password@host:6379/0,
// or rediss:// for TLS. It does not connect. The URL can contain a password, so the error never
// contains it.
func NewRedis(url string, log logr.Logger) (*Redis, error) { return newRedis(url, redisTimeout, log) }

func newRedis(url string, timeout time.Duration, log logr.Logger) (*Redis, error) {
	o, err := redis.ParseURL(url)
	if err != nil {
		return nil, errors.New("read the URL of Redis: it must have the form redis://[USER:PASSWORD@]HOST:PORT/DATABASE, or rediss:// for TLS")
	}
	silenceRedis()
	o.DialTimeout, o.ReadTimeout, o.WriteTimeout, o.PoolTimeout = timeout, timeout, timeout, timeout
	o.ContextTimeoutEnabled = true
	o.MaxRetries, o.DialerRetries = -1, 1 // a request does not wait for a second attempt
	o.PoolSize, o.MaxActiveConns = redisConnections, redisConnections
	o.DisableIdentity = true
	o.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	return &Redis{client: redis.NewClient(o), timeout: timeout, memory: NewMemory(), log: log, now: time.Now}, nil
}

// checkTimeout limits CheckRedis. It is longer than redisTimeout, so that a slow server is
// distinguished from one that does not respond.
const checkTimeout = 5 * time.Second

// CheckRedis makes one decision over the server at a URL, and returns how long it took. The error
// never contains the password of the URL.
func CheckRedis(ctx context.Context, url string) (time.Duration, error) {
	l, err := newRedis(url, checkTimeout, logr.Discard())
	if err != nil {
		return 0, err
	}
	defer func() { _ = l.Close() }()
	start := time.Now()
	q := Quota{Name: "check", Requests: 1, Window: time.Second}
	if _, err := l.run(ctx, allowScript, "check", q, q.Window.Microseconds(), q.Window.Microseconds()); err != nil {
		return 0, fmt.Errorf("decide on a request over Redis: %w", err)
	}
	took := time.Since(start)
	return took, nil
}

// Close closes the connections.
func (l *Redis) Close() error {
	if err := l.client.Close(); err != nil {
		return fmt.Errorf("close the connections to Redis: %w", err)
	}
	return nil
}

// Allow implements Limiter.
func (l *Redis) Allow(ctx context.Context, key string, q Quota) Result {
	if q.Unlimited() {
		return Result{Allowed: true}
	}
	interval := q.Window / time.Duration(q.Requests)
	v, err := l.run(ctx, allowScript, key, q, interval.Microseconds(), q.Window.Microseconds())
	if err != nil {
		return l.memory.Allow(ctx, key, q)
	}
	return Result{Allowed: v[0] == 1, Remaining: int(v[1]), Reset: microseconds(v[2]), RetryAfter: microseconds(v[3])}
}

// Return implements Limiter.
func (l *Redis) Return(ctx context.Context, key string, q Quota) {
	if q.Unlimited() {
		return
	}
	interval := q.Window / time.Duration(q.Requests)
	if _, err := l.run(ctx, returnScript, key, q, interval.Microseconds()); err != nil {
		l.memory.Return(ctx, key, q)
	}
}

func microseconds(n int64) time.Duration { return time.Duration(n) * time.Microsecond }

// errPaused means that the server failed a moment ago.
var errPaused = errors.New("the server failed a moment ago")

// run executes a script on the server. It does not depend on the client of the request: a
// decision that was made must be counted.
func (l *Redis) run(ctx context.Context, script *redis.Script, key string, q Quota, args ...any) ([]int64, error) {
	if l.paused() {
		return nil, errPaused
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), l.timeout)
	defer cancel()
	result := script.Run(ctx, l.client, []string{redisPrefix + q.Name + ":" + key}, args...)
	if script == returnScript {
		return nil, l.failed(result.Err())
	}
	v, err := result.Int64Slice()
	if err == nil && len(v) != 4 {
		err = fmt.Errorf("the script returned %d values, not 4", len(v))
	}
	return v, l.failed(err)
}

// paused reports whether the server failed less than redisPause ago.
func (l *Redis) paused() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.now().Sub(l.failedAt) < redisPause
}

// failed records the failure of a call, if it has one, and returns it.
func (l *Redis) failed(err error) error {
	if err == nil {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.failedAt = l.now()
	if l.failedAt.Sub(l.loggedAt) >= redisLogInterval {
		l.loggedAt = l.failedAt
		l.log.Error(err, "Redis does not respond; requests are limited per process until it does")
	}
	return err
}
