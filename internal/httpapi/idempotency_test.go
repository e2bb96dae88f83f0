package httpapi

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/store"
)

func TestARepeatedRequestReceivesTheFirstResponse(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	calls := a.addEcho(Operation{Status: http.StatusCreated, Idempotent: true}, nil)
	first := a.call("POST", "/v1/echo/a", `{"text":"hello"}`, "Idempotency-Key", "k-1")
	again := a.call("POST", "/v1/echo/a", `{"text":"hello"}`, "Idempotency-Key", `"k-1"`)
	if first.StatusCode != 201 || again.StatusCode != 201 || string(first.body) != string(again.body) || calls.Load() != 1 {
		t.Errorf("%d calls gave %d %s and %d %s, want one call and its response twice", calls.Load(), first.StatusCode, first.body, again.StatusCode, again.body)
	}
	for _, name := range []string{"Location", "ETag", "Content-Type"} {
		if v := first.Header.Get(name); v == "" || again.Header.Get(name) != v {
			t.Errorf("%s is %q, and repeated %q", name, v, again.Header.Get(name))
		}
	}
	if first.Header.Get("Idempotent-Replayed") != "" || again.Header.Get("Idempotent-Replayed") != "true" {
		t.Error("Idempotent-Replayed does not mark the repeated response alone")
	}
	a.call("POST", "/v1/echo/a", `{"text":"hello"}`)
	a.call("POST", "/v1/echo/a", `{"text":"hello"}`, "Idempotency-Key", "k-2")
	a.call("POST", "/v1/echo/a", `{"text":"hello"}`, "Idempotency-Key", "k-1", "Authorization", a.newKey(store.ScopeCrawl))
	if calls.Load() != 4 {
		t.Errorf("%d calls, want 4: no key, another key, and the key of another caller are other requests", calls.Load())
	}
}

func TestAnIdempotencyKeyBelongsToOneRequest(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	calls := a.addEcho(Operation{Idempotent: true}, nil)
	a.call("POST", "/v1/echo/a", `{"text":"hello"}`, "Idempotency-Key", "k")
	for name, r := range map[string]response{
		"another body": a.call("POST", "/v1/echo/a", `{"text":"other"}`, "Idempotency-Key", "k"),
		"another path": a.call("POST", "/v1/echo/b", `{"text":"hello"}`, "Idempotency-Key", "k"),
	} {
		if p := decode[Problem](t, r, 422); !strings.HasSuffix(p.Type, "/idempotency-key-reused") {
			t.Errorf("%s: %s", name, r.body)
		}
	}
	if calls.Load() != 1 {
		t.Errorf("%d calls, want 1", calls.Load())
	}
}

func TestAMalformedIdempotencyKeyIsRefused(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	calls := a.addEcho(Operation{Idempotent: true}, nil)
	for _, key := range []string{`""`, `"open`, `a"b`, "caf\xc3\xa9", strings.Repeat("x", 256), `"a";p=1`} {
		if p := decode[Problem](t, a.call("POST", "/v1/echo/a", `{}`, "Idempotency-Key", key), 400); !strings.Contains(p.Detail, "Idempotency-Key") {
			t.Errorf("the key %.20q gives %q", key, p.Detail)
		}
	}
	if calls.Load() != 0 {
		t.Errorf("%d calls, want 0", calls.Load())
	}
	a.call("POST", "/v1/echo/a", `{}`, "Idempotency-Key", `"a\"b\\"`)
	a.call("POST", "/v1/echo/a", `{}`, "Idempotency-Key", strings.Repeat("x", 255))
	if calls.Load() != 2 {
		t.Errorf("%d calls, want 2: an escaped key and one of 255 characters are valid", calls.Load())
	}
}

func TestARequestInProgressIsNotExecutedTwice(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	entered, leave := make(chan struct{}), make(chan struct{})
	calls := a.addEcho(Operation{Idempotent: true}, func(*echoInput) (*echoOutput, error) {
		close(entered)
		<-leave
		return &echoOutput{Body: echoBody{Text: "done"}}, nil
	})
	var wg sync.WaitGroup
	wg.Go(func() {
		if r := a.call("POST", "/v1/echo/a", `{}`, "Idempotency-Key", "k"); r.StatusCode != 200 {
			t.Errorf("the first request has status %d: %s", r.StatusCode, r.body)
		}
	})
	<-entered
	r := a.call("POST", "/v1/echo/a", `{}`, "Idempotency-Key", "k")
	close(leave)
	wg.Wait()
	if p := decode[Problem](t, r, 409); !strings.HasSuffix(p.Type, "/request-in-progress") || !p.Retryable || r.Header.Get("Retry-After") == "" {
		t.Errorf("the second request gives %s", r.body)
	}
	if again := a.call("POST", "/v1/echo/a", `{}`, "Idempotency-Key", "k"); again.StatusCode != 200 || calls.Load() != 1 {
		t.Errorf("after %d calls, a repeated request gives %d %s", calls.Load(), again.StatusCode, again.body)
	}
}

func TestOnlyFinalFailuresAreReplayed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		err    error
		stored bool
	}{
		"not found":    {problem.New(problem.NotFound, "there is no such thing"), true},
		"conflict":     {problem.New(problem.CrawlRunning, "a crawl is running"), true},
		"rate limited": {&problem.Problem{Code: problem.Cooldown, Detail: "too early", RetryAfter: time.Minute}, false},
		"internal":     {fmt.Errorf("the disk is full"), false},
		"unavailable":  {problem.New(problem.Unavailable, "no store"), false},
	} {
		a := newTestAPI(t, nil)
		calls := a.addEcho(Operation{Idempotent: true}, func(*echoInput) (*echoOutput, error) { return nil, c.err })
		first := a.call("POST", "/v1/echo/a", `{}`, "Idempotency-Key", "k")
		again := a.call("POST", "/v1/echo/a", `{}`, "Idempotency-Key", "k")
		if stored := calls.Load() == 1; stored != c.stored || first.StatusCode != again.StatusCode || again.Header.Get("Content-Type") != problemType {
			t.Errorf("%s: %d calls gave %d and %d of type %s", name, calls.Load(), first.StatusCode, again.StatusCode, again.Header.Get("Content-Type"))
		}
	}
}

func TestAPanicFreesTheIdempotencyKey(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	calls := a.addEcho(Operation{Idempotent: true}, func(*echoInput) (*echoOutput, error) { panic("broken") })
	for range 2 {
		if r := a.call("POST", "/v1/echo/a", `{}`, "Idempotency-Key", "k"); r.StatusCode != 500 {
			t.Errorf("a panic gives %d %s", r.StatusCode, r.body)
		}
	}
	if calls.Load() != 2 {
		t.Errorf("%d calls, want 2", calls.Load())
	}
}

// responses remembers the responses that it stores.
type responses struct {
	store.IdempotencyKeys
	mu     sync.Mutex
	stored []store.Response
}

func (r *responses) FinishRequest(ctx context.Context, key, owner string, resp store.Response, expires time.Time) error {
	r.mu.Lock()
	r.stored = append(r.stored, resp)
	r.mu.Unlock()
	return r.IdempotencyKeys.FinishRequest(ctx, key, owner, resp, expires)
}

func TestASecretIsNotStoredForARepeatedRequest(t *testing.T) {
	t.Parallel()
	kept := &responses{}
	a := newTestAPI(t, func(o *Options) { kept.IdempotencyKeys, o.Idempotency = o.Idempotency, kept })
	body := `{"name":"frontend","scopes":["read"]}`
	created := decode[CreatedKey](t, a.call("POST", "/v1/keys", body, "Idempotency-Key", "k"), 201)
	r := a.call("POST", "/v1/keys", body, "Idempotency-Key", "k")
	p := decode[Problem](t, r, 409)
	if !strings.HasSuffix(p.Type, "/response-not-stored") || p.Instance != "/v1/keys/"+created.ID || r.Header.Get("Idempotent-Replayed") != "true" || r.Header.Get(notStored) != "" {
		t.Errorf("a repeated creation of a key gives %s", r.body)
	}
	if len(kept.stored) != 1 || len(kept.stored[0].Body) > 0 {
		t.Errorf("%d responses are stored, one with the key's text", len(kept.stored))
	}
	if keys := decode[list[Key]](t, a.call("GET", "/v1/keys", ""), 200); len(keys.Items) != 1 {
		t.Errorf("there are %d keys, want 1", len(keys.Items))
	}
}

func TestTheQuotaOfCrawlsCountsOnlyStartedCrawls(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, func(o *Options) { o.Limits.Crawls.Requests = 2 })
	a.addEcho(Operation{Status: http.StatusAccepted, Idempotent: true, StartsCrawl: true}, func(in *echoInput) (*echoOutput, error) {
		if in.Name == "running" {
			return nil, problem.New(problem.CrawlRunning, "a crawl is running")
		}
		return &echoOutput{}, nil
	})
	post := func(name, key string) response { return a.call("POST", "/v1/echo/"+name, `{}`, "Idempotency-Key", key) }
	for range 3 {
		if r := post("running", ""); r.StatusCode != 409 {
			t.Fatalf("a crawl that was not started gives %d %s", r.StatusCode, r.body)
		}
	}
	for i, key := range []string{"k", "k", "", ""} { // the second is a repetition
		r := post("a", key)
		if i < 3 {
			if r.StatusCode != 202 {
				t.Errorf("request %d: status %d: %s", i, r.StatusCode, r.body)
			}
			continue
		}
		p := decode[Problem](t, r, 429)
		if !strings.HasSuffix(p.Type, "#quota-exceeded") || p.RetryAfter < 3600 || len(p.Violated) != 1 || p.Violated[0] != "crawls" || r.Header.Get("Retry-After") == "" {
			t.Errorf("a crawl above the quota gives %s", r.body)
		}
		if !strings.Contains(strings.Join(r.Header.Values("RateLimit"), ","), `"crawls";r=0`) {
			t.Errorf("RateLimit is %q", r.Header.Values("RateLimit"))
		}
	}
	if r := a.call("POST", "/v1/echo/a", `{}`, "Authorization", a.newKey(store.ScopeCrawl)); r.StatusCode != 202 {
		t.Errorf("another key cannot start a crawl: %d %s", r.StatusCode, r.body)
	}
}
