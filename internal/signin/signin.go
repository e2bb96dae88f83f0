package signin

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/clausea/crawler/internal/ratelimit"
)

// ErrWrong means that there is no user with the name and the password.
var ErrWrong = errors.New("the name or the password is wrong")

// ThrottledError means that too many sign-ins failed.
type ThrottledError struct{ RetryAfter time.Duration }

// Error implements error.
func (e *ThrottledError) Error() string {
	return fmt.Sprintf("too many sign-ins failed; try again in %s", e.RetryAfter.Round(time.Second))
}

// The limits of failed sign-ins. A successful one does not count.
var (
	addressQuota = ratelimit.Quota{Name: "sign-in-address", Requests: 10, Window: 10 * time.Minute}
	deviceQuota  = ratelimit.Quota{Name: "sign-in-device", Requests: 10, Window: 10 * time.Minute}
	// providerQuota limits the requests that one address causes at the identity provider.
	providerQuota = ratelimit.Quota{Name: "sign-in-provider", Requests: 30, Window: 10 * time.Minute}
	allQuota      = ratelimit.Quota{Name: "sign-in-all", Requests: 100, Window: 10 * time.Minute}
)

const (
	// strangerDelay is how long a sign-in waits once allQuota is used up. It is slow, but not
	// refused: an attacker with many addresses must not lock out a user on a new device.
	strangerDelay = 3 * time.Second
	maxChecks     = 2 // passwords that are checked at once; each takes the memory of its hash
)

// SignIn checks names and passwords.
type SignIn struct {
	users   map[string]User
	limiter ratelimit.Limiter
	devices devices
	// unknown is checked in place of the hash of an unknown user, so that the time is that of a user.
	unknown Hash
	delayed delays
	checks  chan struct{}
	delay   time.Duration
	// providerPrefix and providerKey are those of AcceptProvider.
	providerPrefix string
	providerKey    []byte
}

// New returns a SignIn of users. limiter may be shared with other processes.
func New(users []User, limiter ratelimit.Limiter) *SignIn {
	s := &SignIn{
		users: map[string]User{}, limiter: limiter, devices: newDevices(users), unknown: unknownHash(users),
		checks: make(chan struct{}, maxChecks), delay: strangerDelay,
	}
	for _, u := range users {
		s.users[u.Name] = u
	}
	return s
}

// unknownHash returns a hash that no password has, with the parameters of the first user.
func unknownHash(users []User) Hash {
	h := NewHash("")
	if len(users) > 0 {
		u := users[0].Hash
		h.memory, h.time, h.threads = u.memory, u.time, u.threads
	}
	clear(h.sum)
	return h
}

// HasNames reports whether there are users other than the owner, so that a sign-in needs a name.
func (s *SignIn) HasNames() bool {
	_, owner := s.users[Owner]
	return len(s.users) > 1 || !owner
}

// HasPasswords reports whether there are users with passwords.
func (s *SignIn) HasPasswords() bool { return len(s.users) > 0 }

// AdmitProvider counts a sign-in with an identity provider against the quota of an IP address.
// refund takes it back. The error is a *ThrottledError.
func (s *SignIn) AdmitProvider(ctx context.Context, ipAddress string) (refund func(), err error) {
	key := "provider:" + bucketOf(ipAddress)
	if r := s.limiter.Allow(ctx, key, providerQuota); !r.Allowed {
		return nil, &ThrottledError{r.RetryAfter}
	}
	return func() { s.limiter.Return(ctx, key, providerQuota) }, nil
}

// Attempt is a sign-in that someone tries.
type Attempt struct {
	Name, Password string
	IPAddress      string
	// Device is what an earlier sign-in of the browser returned, or empty.
	Device string
}

// Check returns the user and what identifies the browser at later sign-ins. Its errors are ErrWrong,
// a *ThrottledError, or that of the context.
func (s *SignIn) Check(ctx context.Context, a Attempt) (u User, device string, err error) {
	if a.Name == "" {
		a.Name = Owner
	}
	refund, err := s.admit(ctx, a)
	if err != nil {
		return u, "", err
	}
	u, ok := s.users[a.Name]
	if !ok {
		u.Hash = s.unknown
	}
	select {
	case s.checks <- struct{}{}:
	case <-ctx.Done():
		return User{}, "", fmt.Errorf("wait for the check of a password: %w", ctx.Err())
	}
	matches := u.Hash.Matches(a.Password)
	<-s.checks
	if !ok || !matches {
		return User{}, "", ErrWrong
	}
	refund()
	if device = a.Device; s.devices.verify(device, a.Name) == "" {
		device = s.devices.issue(a.Name)
	}
	return u, device, nil
}

// admit counts an attempt against the quotas. refund takes it back. A browser from which the user
// signed in before has a quota of its own (OWASP, Slow Down Online Guessing Attacks with Device
// Cookies), so that the attempts of others do not lock the user out.
func (s *SignIn) admit(ctx context.Context, a Attempt) (refund func(), err error) {
	if id := s.devices.verify(a.Device, a.Name); id != "" {
		if r := s.limiter.Allow(ctx, "device:"+id, deviceQuota); !r.Allowed {
			return nil, &ThrottledError{r.RetryAfter}
		}
		return func() { s.limiter.Return(ctx, "device:"+id, deviceQuota) }, nil
	}
	address := "address:" + bucketOf(a.IPAddress)
	if r := s.limiter.Allow(ctx, address, addressQuota); !r.Allowed {
		return nil, &ThrottledError{r.RetryAfter}
	}
	all := s.limiter.Allow(ctx, "all", allQuota)
	if !all.Allowed {
		if err := s.wait(ctx, networkOf(a.IPAddress)); err != nil {
			return nil, err
		}
	}
	return func() {
		s.limiter.Return(ctx, address, addressQuota)
		if all.Allowed {
			s.limiter.Return(ctx, "all", allQuota)
		}
	}, nil
}

// wait delays a sign-in from a network.
func (s *SignIn) wait(ctx context.Context, network string) error {
	if !s.delayed.begin(network) {
		return &ThrottledError{s.delay}
	}
	defer s.delayed.end(network)
	select {
	case <-time.After(s.delay):
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait after many failed sign-ins: %w", ctx.Err())
	}
}

// bucketOf returns what the addresses of one client have in common: an IPv6 client usually has a
// network of 64 bits (RFC 6177).
func bucketOf(ipAddress string) string {
	ip, err := netip.ParseAddr(ipAddress)
	if err != nil || ip.Unmap().Is4() {
		return ipAddress
	}
	p, err := ip.WithZone("").Prefix(64)
	if err != nil {
		return ipAddress
	}
	return p.String()
}
