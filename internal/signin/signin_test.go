package signin

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/ratelimit"
)

// cheapHash returns a hash that is fast to check.
func cheapHash(password string) Hash {
	h := Hash{memory: 8, time: 1, threads: 1, salt: []byte("salt of tests")}
	h.sum = h.compute(password, hashLength)
	return h
}

const password = "correct horse"

// newSignIn returns a SignIn of the owner and of jane that delays nothing.
func newSignIn() *SignIn {
	s := New([]User{{Owner, Operator, cheapHash(password)}, {"jane", Reviewer, cheapHash("jane's")}}, ratelimit.NewMemory())
	s.delay = time.Millisecond
	return s
}

// guess tries n wrong passwords from each of the addresses in turn, and counts what was refused
// without a check.
func guess(t *testing.T, s *SignIn, n, addresses int) (throttled int) {
	t.Helper()
	for i := range n {
		_, _, err := s.Check(t.Context(), Attempt{Password: fmt.Sprint("guess ", i), IPAddress: fmt.Sprintf("192.0.2.%d", i%addresses)})
		limit := &ThrottledError{}
		switch {
		case errors.As(err, &limit):
			throttled++
			if limit.RetryAfter <= 0 {
				t.Fatal("a refusal does not say when to try again")
			}
		case !errors.Is(err, ErrWrong):
			t.Fatalf("guess %d: %v", i, err)
		}
	}
	return throttled
}

func TestAThousandGuessesFromOneAddressAreNearlyAllRefused(t *testing.T) {
	t.Parallel()
	s := newSignIn()
	if throttled := guess(t, s, 1000, 1); throttled < 985 {
		t.Errorf("%d of 1,000 guesses were refused, want at least 985", throttled)
	}
	if _, _, err := s.Check(t.Context(), Attempt{Password: password, IPAddress: "198.51.100.1"}); err != nil {
		t.Errorf("the owner at another address: %v", err)
	}
}

func TestGuessesFromManyAddressesDoNotLockOutTheOwner(t *testing.T) {
	t.Parallel()
	s := newSignIn()
	_, device, err := s.Check(t.Context(), Attempt{Password: password, IPAddress: "192.0.2.1"})
	if err != nil || device == "" {
		t.Fatalf("device %q, error %v", device, err)
	}
	if throttled := guess(t, s, 1000, 50); throttled < 490 {
		t.Errorf("%d of 1,000 guesses were refused, want at least 490: 10 for each address are checked", throttled)
	}
	for range 20 {
		if _, again, err := s.Check(t.Context(), Attempt{Password: password, IPAddress: "192.0.2.1", Device: device}); err != nil || again != device {
			t.Fatalf("the owner in a known browser at the address of the attacker: %v", err)
		}
	}
	if _, _, err := s.Check(t.Context(), Attempt{Password: password, IPAddress: "198.51.100.1"}); err != nil {
		t.Errorf("the owner in a new browser: %v", err)
	}
}

func TestGuessesWithAKnownBrowserAreLimited(t *testing.T) {
	t.Parallel()
	s := newSignIn()
	_, device, err := s.Check(t.Context(), Attempt{Password: password})
	if err != nil {
		t.Fatal(err)
	}
	throttled := 0
	for range 100 {
		if _, _, err := s.Check(t.Context(), Attempt{Password: "guess", Device: device}); !errors.Is(err, ErrWrong) {
			throttled++
		}
	}
	if throttled < 85 {
		t.Errorf("%d of 100 guesses were refused, want at least 85", throttled)
	}
}

func TestADeviceBelongsToOneUserAndOnePassword(t *testing.T) {
	t.Parallel()
	s := newSignIn()
	_, device, err := s.Check(t.Context(), Attempt{Name: "jane", Password: "jane's"})
	if err != nil {
		t.Fatal(err)
	}
	other := newDevices([]User{{"jane", Reviewer, cheapHash("another password")}})
	for what, id := range map[string]string{
		"another user": s.devices.verify(device, Owner), "an unknown user": s.devices.verify(device, "x"), "another password": other.verify(device, "jane"),
		"a changed text": s.devices.verify("x"+device, "jane"), "no text": s.devices.verify("", "jane"),
	} {
		if id != "" {
			t.Errorf("the device is valid with %s", what)
		}
	}
	if s.devices.verify(device, "jane") == "" {
		t.Error("the device is not valid for its user")
	}
}

func TestUsersSignInWithTheirNameAndRole(t *testing.T) {
	t.Parallel()
	s := newSignIn()
	u, _, err := s.Check(t.Context(), Attempt{Name: "jane", Password: "jane's"})
	if err != nil || u.Role != Reviewer {
		t.Errorf("jane has the role %q, error %v", u.Role, err)
	}
	for name, pw := range map[string]string{"jane": password, "": "jane's", "mallory": password} {
		if _, _, err := s.Check(t.Context(), Attempt{Name: name, Password: pw}); !errors.Is(err, ErrWrong) {
			t.Errorf("%q signs in with another's password: %v", name, err)
		}
	}
}

func TestAnIPv6NetworkHasOneLimit(t *testing.T) {
	t.Parallel()
	s, checked := newSignIn(), 0
	for i := range 50 {
		if _, _, err := s.Check(t.Context(), Attempt{Password: "guess", IPAddress: fmt.Sprintf("2001:db8::%x", i+1)}); errors.Is(err, ErrWrong) {
			checked++
		}
	}
	if checked > 12 {
		t.Errorf("%d of 50 guesses from one network were checked, want at most 12", checked)
	}
}

func TestHashesAreReadAsTheyArePrinted(t *testing.T) {
	t.Parallel()
	h := NewHash(password)
	read, err := ParseHash(h.String())
	if err != nil || !read.Matches(password) || read.Matches(password+" ") {
		t.Errorf("%s: error %v", h, err)
	}
	valid := h.String()
	for what, text := range map[string]string{
		"empty": "", "another algorithm": strings.Replace(valid, "argon2id", "argon2i", 1), "another version": strings.Replace(valid, "v=19", "v=16", 1),
		"too much memory": strings.Replace(valid, "m=19456", "m=99999999", 1), "no threads": strings.Replace(valid, "p=1", "p=0", 1),
		"no passes": strings.Replace(valid, "t=2", "t=0", 1), "no hash": valid[:strings.LastIndex(valid, "$")+1], "a rest": valid + "$", "white space": " " + valid,
	} {
		if _, err := ParseHash(text); !errors.Is(err, ErrHash) {
			t.Errorf("%s: error %v, want ErrHash", what, err)
		}
	}
}

func TestUsersOfTheSettingsAreRead(t *testing.T) {
	t.Parallel()
	hash := cheapHash("x").String()
	users, err := ParseUsers("jane:reviewer:" + hash + "\n bob@example.com:viewer:" + hash)
	if err != nil || len(users) != 2 || users[1].Name != "bob@example.com" || users[1].Role != Viewer {
		t.Errorf("users %v, error %v", users, err)
	}
	for what, text := range map[string]string{
		"unknown role": "jane:admin:" + hash, "no hash": "jane:viewer", "twice": "a:viewer:" + hash + " a:viewer:" + hash, "reserved": Owner + ":viewer:" + hash, "bad name": "a b:viewer:x",
	} {
		if _, err := ParseUsers(text); err == nil || strings.Contains(err.Error(), hash) {
			t.Errorf("%s: error %v", what, err)
		}
	}
}

func TestABrowserRemainsKnownAfterARestart(t *testing.T) {
	t.Parallel()
	start := func(pw string) *SignIn {
		return New([]User{{Owner, Operator, HashOfSetting(pw)}}, ratelimit.NewMemory())
	}
	_, device, err := start(password).Check(t.Context(), Attempt{Password: password})
	if err != nil {
		t.Fatal(err)
	}
	if start(password).devices.verify(device, Owner) == "" {
		t.Error("another process with the same password does not know the browser")
	}
	if start("another").devices.verify(device, Owner) != "" {
		t.Error("a process with another password knows the browser")
	}
}

func TestASealHoldsForOneSessionUserRoleAndPassword(t *testing.T) {
	t.Parallel()
	s := newSignIn()
	cookie := s.Seal("token", "jane", "reviewer")
	if Token(cookie) != "token" || !s.IsSealed(cookie, "jane", "reviewer") {
		t.Fatalf("the cookie %q is not valid", cookie)
	}
	other := New([]User{{"jane", Reviewer, cheapHash("another password")}}, ratelimit.NewMemory())
	promoted := New([]User{{"jane", Operator, cheapHash("jane's")}}, ratelimit.NewMemory())
	for what, valid := range map[string]bool{
		"another token": s.IsSealed("x"+cookie, "jane", "reviewer"), "another role": s.IsSealed(cookie, "jane", "operator"), "another user": s.IsSealed(cookie, Owner, "operator"),
		"an unknown user": s.IsSealed(cookie, "mallory", "reviewer"), "no seal": s.IsSealed("token.", "jane", "reviewer"), "another password": other.IsSealed(cookie, "jane", "reviewer"),
		"a promoted user": promoted.IsSealed(cookie, "jane", "reviewer"),
	} {
		if valid {
			t.Errorf("the cookie is valid with %s", what)
		}
	}
	if Token("token") != "" {
		t.Error("a cookie without a seal has a token")
	}
}

func TestAnUnknownNameIsCheckedWithTheParametersOfAUser(t *testing.T) {
	t.Parallel()
	s := newSignIn()
	known := s.users["jane"].Hash
	if s.unknown.memory != known.memory || s.unknown.time != known.time || s.unknown.threads != known.threads || s.unknown.Matches("") {
		t.Errorf("the parameters are %+v, want those of %+v, and no password matches", s.unknown, known)
	}
}

func TestASealOfAProviderHoldsForOneUserAndRole(t *testing.T) {
	t.Parallel()
	s, other := newSignIn(), newSignIn()
	s.AcceptProvider("oidc:", []byte("key"))
	other.AcceptProvider("oidc:", []byte("another key"))
	cookie := s.Seal("token", "oidc:ada", "reviewer")
	if !s.IsSealed(cookie, "oidc:ada", "reviewer") {
		t.Fatal("the cookie is not valid")
	}
	for what, valid := range map[string]bool{
		"another role": s.IsSealed(cookie, "oidc:ada", "operator"), "another user": s.IsSealed(cookie, "oidc:eve", "reviewer"), "a user with a password": s.IsSealed(cookie, "jane", "reviewer"),
		"another key": other.IsSealed(cookie, "oidc:ada", "reviewer"), "no provider": newSignIn().IsSealed(cookie, "oidc:ada", "reviewer"),
	} {
		if valid {
			t.Errorf("the cookie is valid with %s", what)
		}
	}
}

func TestOneNetworkCannotDelayTheSignInsOfOthers(t *testing.T) {
	t.Parallel()
	s := newSignIn()
	guess(t, s, 200, 50) // uses up what is not delayed
	s.delay = time.Hour  // those that are delayed remain so until the end of their requests
	ctx, cancel := context.WithCancel(t.Context())
	var attempts sync.WaitGroup
	results := make(chan error, 100)
	for i := range cap(results) {
		attempts.Go(func() {
			_, _, err := s.Check(ctx, Attempt{Password: "guess", IPAddress: fmt.Sprintf("198.51.100.%d", i)})
			results <- err
		})
	}
	for range cap(results) - maxDelayedOfNetwork {
		limit := &ThrottledError{}
		if err := <-results; !errors.As(err, &limit) {
			t.Errorf("a guess of the network: %v", err)
		}
	}
	s.delayed.mu.Lock()
	held := s.delayed.total
	s.delayed.mu.Unlock()
	if held != maxDelayedOfNetwork || !s.delayed.begin(networkOf("203.0.113.9")) {
		t.Errorf("the network delays %d sign-ins, want %d, and others are not refused", held, maxDelayedOfNetwork)
	}
	cancel()
	attempts.Wait()
	s.delayed.end(networkOf("203.0.113.9"))
	if len(s.delayed.ofNetwork) != 0 || s.delayed.total != 0 {
		t.Errorf("%d sign-ins are delayed after the end, of networks %v", s.delayed.total, s.delayed.ofNetwork)
	}
}

func TestTheNetworkOfAnAddressIsWhatIsRented(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"192.0.2.77": "192.0.2.0/24", "::ffff:192.0.2.77": "192.0.2.0/24", "2001:db8:1:2::3": "2001:db8:1::/48", "fe80::1%eth0": "fe80::/48", "": "", "unix": "unix",
	} {
		if got := networkOf(address); got != want {
			t.Errorf("the network of %q is %q, want %q", address, got, want)
		}
	}
}
