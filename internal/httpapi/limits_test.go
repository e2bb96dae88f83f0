package httpapi

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/apikey"
	"github.com/clausea/crawler/internal/ratelimit"
	"github.com/clausea/crawler/internal/store"
)

func TestAKeyHasAQuotaOfItsOwn(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, func(o *Options) { o.Limits.Key = ratelimit.Quota{Name: "key", Requests: 2, Window: time.Hour} })
	a.addEcho(Operation{}, nil)
	key := a.newKey(store.ScopeCrawl) // the first request of the administrator
	first := a.call("POST", "/v1/echo/a", "{}", "Authorization", key)
	if first.Header.Get("RateLimit-Policy") != `"key";q=2;w=3600` || first.Header.Get("RateLimit") != `"key";r=1;t=1800` {
		t.Errorf("the fields are %q and %q", first.Header.Get("RateLimit-Policy"), first.Header.Get("RateLimit"))
	}
	a.call("POST", "/v1/echo/a", "{}", "Authorization", key)
	r := a.call("POST", "/v1/echo/a", "{}", "Authorization", key)
	p := decode[Problem](t, r, 429)
	if !p.Retryable || p.RetryAfter < 1 || r.Header.Get("Retry-After") == "" || len(p.Violated) != 1 || p.Violated[0] != "key" || !strings.Contains(r.Header.Get("RateLimit"), "r=0") {
		t.Errorf("above the quota: %s with %v", r.body, r.Header)
	}
	if r := a.call("GET", "/v1/keys", ""); r.StatusCode != 200 {
		t.Errorf("another key has status %d", r.StatusCode)
	}
}

func TestAnIPAddressThatTriesKeysIsSlowedDown(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, func(o *Options) { o.Limits.FailedKey.Requests = 3 })
	for i := range 5 {
		wrong, _ := apikey.New()
		want := 401
		if i >= 3 {
			want = 429
		}
		if r := a.call("GET", "/v1/keys", "", "Authorization", "Bearer "+wrong); r.StatusCode != want {
			t.Errorf("key %d: status %d, want %d", i, r.StatusCode, want)
		}
	}
	if r := a.call("GET", "/v1/keys", ""); r.StatusCode != 200 {
		t.Errorf("a valid key of the same IP address has status %d", r.StatusCode)
	}
}

func TestAnonymousCallersReadWithinAQuotaOfTheirIPAddress(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, func(o *Options) { o.Anonymous, o.Limits.Anonymous.Requests = true, 2 })
	a.addTagged()
	for i, want := range []int{200, 200, 429} {
		if r := a.call("GET", "/v1/tagged", "", "Authorization", ""); r.StatusCode != want {
			t.Errorf("request %d: status %d, want %d", i, r.StatusCode, want)
		}
	}
	if r := a.call("GET", "/v1/tagged", ""); r.StatusCode != 200 {
		t.Errorf("a key has status %d", r.StatusCode)
	}
	b := newTestAPI(t, func(o *Options) { o.Anonymous = true })
	b.addTagged()
	if r := b.call("PUT", "/v1/tagged", "", "Authorization", "", "If-Match", "*"); r.StatusCode != 403 {
		t.Errorf("an anonymous change has status %d", r.StatusCode)
	}
}

func TestRequestsAboveTheRoomAreRefusedAtOnce(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, func(o *Options) { o.Limits.Concurrent = 1 })
	entered, leave := make(chan struct{}), make(chan struct{})
	a.addEcho(Operation{}, func(*echoInput) (*echoOutput, error) {
		close(entered)
		<-leave
		return &echoOutput{}, nil
	})
	var wg sync.WaitGroup
	wg.Go(func() {
		if r := a.call("POST", "/v1/echo/a", "{}"); r.StatusCode != 200 {
			t.Errorf("the first request has status %d", r.StatusCode)
		}
	})
	<-entered
	r := a.call("GET", "/v1/keys", "")
	close(leave)
	wg.Wait()
	if p := decode[Problem](t, r, 503); !p.Retryable || r.Header.Get("Retry-After") == "" || !strings.HasSuffix(p.Type, "#temporary-reduced-capacity") {
		t.Errorf("a request without room gives %s", r.body)
	}
}

func TestAnOperationIsLimitedInTime(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	a.addSlow(10 * time.Millisecond)
	if p := decode[Problem](t, a.call("GET", "/v1/slow", ""), 504); !p.Retryable {
		t.Errorf("the problem is %+v", p)
	}
}
