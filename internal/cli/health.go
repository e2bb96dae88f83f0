package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/clausea/crawler/internal/settings"
)

// maxHealthBody limits how much of the body of a response the health command shows.
const maxHealthBody = 4 << 10

func newHealth(a *app) *cobra.Command {
	var timeout time.Duration
	cmd := &cobra.Command{
		Use:   "health [URL]",
		Short: "Check whether a running process is ready",
		Long: `Send a request to a probe of a running process, and fail unless the response has status 200.
Without URL, the command checks /readyz on PORT of this machine. It is for health checks of
containers, because the image has no other program.`,
		Example: `  clausea health
  clausea health http://localhost:9090/livez --timeout 2s`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			probe := "http://" + net.JoinHostPort("localhost", strconv.Itoa(a.values.Port)) + "/readyz"
			if len(args) == 1 {
				probe = args[0]
			}
			ctx, cancel := context.WithTimeoutCause(cmd.Context(), timeout, fmt.Errorf("no response within %v", timeout))
			defer cancel()
			return checkHealth(ctx, probe, cmd.OutOrStdout())
		},
	}
	cmd.Flags().DurationVar(&timeout, "timeout", 5*time.Second, "time to wait for the response")
	return a.withSettings(cmd, settings.CommandHealth)
}

// checkHealth sends a request to a probe, and prints its response to w. It returns an error with the
// reasons in the response if its status is not 200.
func checkHealth(ctx context.Context, probe string, w io.Writer) error {
	u, err := url.Parse(probe)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return usage("%q is not the URL of a probe: expected a value such as http://localhost:8080/readyz", probe)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, probe, http.NoBody)
	if err != nil {
		return fmt.Errorf("check %s: %w", probe, err)
	}
	// A proxy of the environment is not for a process on this machine, and a redirection is no health.
	transport := &http.Transport{DisableKeepAlives: true}
	client := &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		if cause := context.Cause(ctx); errors.Is(err, context.DeadlineExceeded) && cause != nil {
			err = cause
		}
		return fmt.Errorf("check %s: %w", probe, err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxHealthBody))
	if err != nil {
		return fmt.Errorf("check %s: read the response: %w", probe, err)
	}
	text := strings.TrimSpace(string(body))
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("check %s: status %d: %s", probe, resp.StatusCode, text)
	}
	_, err = fmt.Fprintln(w, text)
	return err
}
