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
	"github.com/clausea/crawler/internal/kubestore/remote"
	"github.com/clausea/crawler/internal/settings"
)

// egressURL answers with the address that a request came from, as plain text.
const egressURL = "https://checkip.amazonaws.com/"

// checkTimeout bounds one line of check.
const checkTimeout = 30 * time.Second

// errNotConfigured says that there is nothing to check.
var errNotConfigured = errors.New("not configured")

func newCheck(a *app) *cobra.Command {
	var domain string
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Check the store, the language model, the egress address and robots.txt",
		Args:  exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			v := a.values
			fetcher, err := newFetcher(v, nil)
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
				{"llm", func(ctx context.Context) (string, error) { return checkLLM(ctx, v) }},
				{"egress", func(ctx context.Context) (string, error) { return checkEgress(ctx, fetcher, !v.Proxy.IsEmpty()) }},
				{"robots", func(ctx context.Context) (string, error) { return checkRobots(ctx, fetcher, domain) }},
			} {
				ctx, cancel := context.WithTimeout(cmd.Context(), checkTimeout)
				said, err := c.do(ctx)
				cancel()
				failed = a.printCheck(cmd.OutOrStdout(), c.name, said, err) || failed
			}
			if failed {
				return &exitError{code: exitFailed}
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&domain, "domain", "", "read this domain's robots.txt and say whether its home page may be fetched")
	return a.withSettings(cmd, settings.CommandCheck)
}

// printCheck writes a line of check, without secrets, and says whether it failed.
func (a *app) printCheck(w io.Writer, name, said string, err error) (failed bool) {
	state := "ok"
	switch {
	case errors.Is(err, errNotConfigured):
		state, said = "-", err.Error()
	case err != nil:
		state, said, failed = "FAILED", err.Error(), true
	}
	_, _ = fmt.Fprintf(w, "%-7s %-7s %s\n", name, state, a.redact.String(said))
	return failed
}

func checkStore(ctx context.Context, v *settings.Values) (string, error) {
	s, stop, err := openRecords(ctx, v)
	if errors.Is(err, errNoStore) && v.IsDefault(&v.Store) && v.IsDefault(&v.DataDir) {
		return "", fmt.Errorf("%w: %w", errNotConfigured, err)
	}
	if err != nil {
		return "", err
	}
	defer stop()
	begun := time.Now()
	if err := s.Ping(ctx); err != nil {
		return "", err
	}
	trip := time.Since(begun)
	companies, documents, err := s.Counts(ctx)
	if err != nil {
		return "", err
	}
	kind := "embedded store"
	if _, ok := s.(*remote.Store); ok {
		kind = "embedded store of a standalone process, which answers"
	}
	if r, ok := s.(interface{ Replicated() bool }); ok {
		kind = "MongoDB"
		if !r.Replicated() {
			kind = "MongoDB without a replica set (no transactions, no change streams: make it one)"
		}
	}
	return fmt.Sprintf("%s, round trip %v, %d companies, %d documents", kind, trip.Round(100*time.Microsecond), companies, documents), nil
}

func checkLLM(ctx context.Context, v *settings.Values) (string, error) {
	said, err := analysis.Provider{
		OpenAIKey: v.OpenAIKey.Reveal(), OpenAIBaseURL: v.OpenAIBaseURL, AnthropicKey: v.AnthropicKey.Reveal(),
	}.Check(ctx)
	if errors.Is(err, analysis.ErrNotConfigured) {
		return "", fmt.Errorf("%w: %w", errNotConfigured, err)
	}
	return said, err
}

// checkEgress fails only where a proxy is configured: without one there is nothing
// to be right or wrong about.
func checkEgress(ctx context.Context, f *fetch.Fetcher, proxied bool) (string, error) {
	resp, err := f.Do(ctx, fetch.Request{URL: egressURL})
	if err == nil && resp.Status == http.StatusOK {
		if ip := net.ParseIP(strings.TrimSpace(string(resp.Body))); ip != nil {
			via := ""
			if proxied {
				via = " through the proxy"
			}
			return ip.String() + via, nil
		}
	}
	if proxied {
		return "", fmt.Errorf("nothing comes through the proxy: %w", err)
	}
	return "", fmt.Errorf("%w: no proxy, and %s can't be reached to tell the address", errNotConfigured, egressURL)
}

func checkRobots(ctx context.Context, f *fetch.Fetcher, domain string) (string, error) {
	if domain == "" {
		return "kept as RFC 9309 has it, under the name " + crawl.UserAgentToken, nil
	}
	at := "https://" + domain + "/robots.txt"
	resp, err := f.Do(ctx, fetch.Request{URL: at})
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
		return "", fmt.Errorf("%s can't be read, so nothing is fetched there: %w", at, err)
	case !allowed:
		return "", fmt.Errorf("%s forbids the home page to %s (%s)", at, crawl.UserAgentToken, pattern)
	}
	return fmt.Sprintf("%s (status %d) lets %s fetch the home page", at, resp.Status, crawl.UserAgentToken), nil
}
