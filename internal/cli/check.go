package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/clausea/crawler/internal/analysis"
	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/crawl/fetch"
	"github.com/clausea/crawler/internal/crawl/robots"
	"github.com/clausea/crawler/internal/ratelimit"
	"github.com/clausea/crawler/internal/settings"
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/mongo"
)

// egressURL responds with the IP address of the client as plain text.
const egressURL = "https://checkip.amazonaws.com/"

// checkTimeout limits a single check.
const checkTimeout = 30 * time.Second

// errNotConfigured marks a check that does not apply, because nothing is configured.
var errNotConfigured = errors.New("not configured")

func newCheck(a *app) *cobra.Command {
	var domain string
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Check the store, Redis, the language model, the egress IP address and robots.txt",
		Example: `  clausea check
  clausea check --domain example.com`,
		Args: exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			v := a.values
			fetcher, err := newFetcher(v)
			if err != nil {
				return err
			}
			defer fetcher.Close()
			failed := false
			for _, c := range []struct {
				name string
				do   func(context.Context) (string, error)
			}{
				{"store", func(ctx context.Context) (string, error) { return checkStore(ctx, v) }},
				{"redis", func(ctx context.Context) (string, error) { return checkRedis(ctx, v) }},
				{"llm", func(ctx context.Context) (string, error) { return checkLLM(ctx, v) }},
				{"egress", func(ctx context.Context) (string, error) {
					return checkEgress(ctx, fetcher, egressURL, !v.Proxy.IsEmpty())
				}},
				{"robots", func(ctx context.Context) (string, error) { return checkRobots(ctx, fetcher, domain) }},
			} {
				ctx, cancel := context.WithTimeout(cmd.Context(), checkTimeout)
				result, err := c.do(ctx)
				cancel()
				failed = a.printCheck(cmd.OutOrStdout(), c.name, result, err) || failed
			}
			if failed {
				return &exitError{code: exitFailed}
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&domain, "domain", "", "check whether the robots.txt of this `domain` allows fetching its home page")
	return a.withSettings(cmd, settings.CommandCheck)
}

// printCheck writes the result of a check with secrets redacted, and reports whether the
// check failed.
func (a *app) printCheck(w io.Writer, name, result string, err error) (failed bool) {
	state := "ok"
	switch {
	case errors.Is(err, errNotConfigured):
		state, result = "-", err.Error()
	case err != nil:
		state, result, failed = "FAILED", err.Error(), true
	}
	_, _ = fmt.Fprintf(w, "%-7s %-7s %s\n", name, state, a.redact.String(result))
	return failed
}

// checkStore reports the state of the store. Apart from the record of a ping, it writes nothing.
func checkStore(ctx context.Context, v *settings.Values) (string, error) {
	if folder := embeddedFolder(v); folder != "" {
		if api := dialLocalAPI(ctx, folder); api != nil {
			defer api.close()
			return checkServedStore(ctx, v, api)
		}
	}
	s, pending, err := openUnchanged(ctx, v)
	defer closeStore(ctx, s)
	m, isMongo := s.(*mongo.Store)
	switch {
	case errors.Is(err, errNoStore) && isMongo: // the server responds, so the settings are valid
	case errors.Is(err, errNoStore) && v.IsDefault(&v.Store) && v.IsDefault(&v.DataDir):
		return "", fmt.Errorf("%w: %w", errNotConfigured, err)
	case err != nil:
		return "", err
	}
	kind := "embedded store"
	if isMongo {
		kind = "MongoDB"
		if !m.Replicated() {
			kind = "MongoDB without a replica set (no transactions; convert it to a replica set)"
		}
	}
	result, perr := describeStore(ctx, s, kind)
	if perr != nil {
		return "", perr
	}
	if isMongo {
		result += "; " + describeWatches(ctx, m)
	}
	switch {
	case err != nil:
		result += "; " + err.Error()
	case len(pending) > 0:
		result += fmt.Sprintf("; %v (it lacks %s), and clausea migrate or the next start of a process updates it", errOldSchema, strings.Join(pending, ", "))
	}
	return result, nil
}

// checkRedis makes one decision over the Redis server that processes share their limits over.
func checkRedis(ctx context.Context, v *settings.Values) (string, error) {
	if v.RedisURL.IsEmpty() {
		return "", fmt.Errorf("%w: set REDIS_URL so that the processes of the API share their limits", errNotConfigured)
	}
	took, err := ratelimit.CheckRedis(ctx, v.RedisURL.Reveal())
	if err != nil {
		return "", fmt.Errorf("%w; until it responds, each process limits on its own", err)
	}
	return fmt.Sprintf("responded in %s", took.Round(100*time.Microsecond)), nil
}

// checkServedStore reports the state of an embedded store that another process has open.
func checkServedStore(ctx context.Context, v *settings.Values, api *localAPI) (string, error) {
	s, err := openForReading(ctx, v)
	if err != nil {
		return "", err
	}
	defer closeStore(ctx, s)
	return describeStore(ctx, servedStore{s, api}, "embedded store of a running standalone process")
}

// servedStore is a store that another process has open. This process can only read it.
type servedStore struct {
	store.Store
	api *localAPI
}

// Ping writes and reads one record in the other process, at most once in two seconds.
func (s servedStore) Ping(ctx context.Context) error {
	if err := s.api.call(ctx, http.MethodGet, "/health", nil, nil); err != nil {
		return fmt.Errorf("check the store in the standalone process: %w", err)
	}
	return nil
}

// describeWatches reports how processes that use the store learn of its changes. An informer whose
// watch is refused lists the resources again after a delay that grows to 30 s (client-go).
func describeWatches(ctx context.Context, m *mongo.Store) string {
	if !m.Replicated() {
		return "watches poll every second, because the server has no change streams"
	}
	if err := m.TryChangeStream(ctx); err != nil {
		return fmt.Sprintf("watches poll, the feed of changes every second and resources every 1 to 30 s, because the server refused a change stream (%v)", err)
	}
	return "watches use change streams"
}

// describeStore pings a store of the described kind, and counts its records.
func describeStore(ctx context.Context, s store.Store, kind string) (string, error) {
	start := time.Now()
	if err := s.Ping(ctx); err != nil {
		return "", err
	}
	roundTrip := time.Since(start)
	companies, documents, err := s.Counts(ctx)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s, round trip %v, %s, %s", kind, roundTrip.Round(100*time.Microsecond), count(companies, "company", "companies"), count(documents, "document", "documents")), nil
}

func checkLLM(ctx context.Context, v *settings.Values) (string, error) {
	result, err := analysis.Provider{
		OpenAIKey: v.OpenAIKey.Reveal(), OpenAIBaseURL: v.OpenAIBaseURL, AnthropicKey: v.AnthropicKey.Reveal(),
	}.Check(ctx)
	if errors.Is(err, analysis.ErrNotConfigured) {
		return "", fmt.Errorf("%w: %w", errNotConfigured, err)
	}
	return result, err
}

// checkEgress reports the IP address that sites see. It fails only if a proxy is
// configured and does not work.
func checkEgress(ctx context.Context, f *fetch.Fetcher, url string, proxied bool) (string, error) {
	ip, err := egressIP(ctx, f, url)
	switch {
	case err != nil && proxied:
		return "", fmt.Errorf("determine the egress IP address through the proxy: %w", err)
	case err != nil:
		return "", fmt.Errorf("%w: there is no proxy, and the egress IP address is unknown: %w", errNotConfigured, err)
	case proxied:
		return ip.String() + " through the proxy", nil
	}
	return ip.String(), nil
}

// egressIP returns the IP address in the response to url.
func egressIP(ctx context.Context, f *fetch.Fetcher, url string) (net.IP, error) {
	resp, err := f.Do(ctx, fetch.Request{URL: url})
	if err != nil {
		return nil, err
	}
	if resp.Status != http.StatusOK {
		return nil, fmt.Errorf("fetch %s: status %d", url, resp.Status)
	}
	ip := net.ParseIP(strings.TrimSpace(string(resp.Body)))
	if ip == nil {
		return nil, fmt.Errorf("fetch %s: the response is not an IP address", url)
	}
	return ip, nil
}

func checkRobots(ctx context.Context, f *fetch.Fetcher, domain string) (string, error) {
	if domain == "" {
		return "robots.txt is obeyed (RFC 9309) with the product token " + crawl.UserAgentToken, nil
	}
	robotsURL := "https://" + domain + "/robots.txt"
	resp, err := f.Do(ctx, fetch.Request{URL: robotsURL})
	rules := robots.FromStatus(0, err)
	if err == nil {
		rules = robots.FromStatus(resp.Status, nil)
		if resp.Status == http.StatusOK {
			rules = robots.Parse(resp.Body)
		}
	}
	allowed, pattern := rules.GroupFor(crawl.UserAgentToken).Allowed("/")
	switch {
	case err != nil:
		return "", fmt.Errorf("%w; without robots.txt the site is not crawled", err)
	case rules.Unreachable:
		return "", fmt.Errorf("fetch %s: status %d; without robots.txt the site is not crawled", robotsURL, resp.Status)
	case !allowed:
		return "", fmt.Errorf("%s disallows the home page for %s (%s)", robotsURL, crawl.UserAgentToken, pattern)
	}
	return fmt.Sprintf("%s (status %d) allows %s to fetch the home page", robotsURL, resp.Status, crawl.UserAgentToken), nil
}
