// Command dashboard validates a Grafana dashboard: against the types of Grafana's foundation SDK,
// strictly, and, if the URL of a Prometheus server is given, by running each query.
//
//	dashboard FILE [PROMETHEUS_URL]
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/cog/plugins"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/prometheus"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: dashboard FILE [PROMETHEUS_URL]")
		os.Exit(2)
	}
	if err := validate(os.Args[1], append(os.Args[2:], "")[0]); err != nil {
		fmt.Fprintln(os.Stderr, "dashboard:", err)
		os.Exit(1)
	}
}

func validate(file, server string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	plugins.RegisterDefaultPlugins()
	// The strict decoder of the SDK returns an empty list of errors, which is not nil, if there is
	// none, and drops panels therefore.
	var none cog.BuildErrors
	if err := new(dashboard.Dashboard).UnmarshalJSONStrict(text); err != nil && (!errors.As(err, &none) || len(none) > 0) {
		return fmt.Errorf("decode %s strictly: %w", file, err)
	}
	var board dashboard.Dashboard
	if err := json.Unmarshal(text, &board); err != nil {
		return fmt.Errorf("decode %s: %w", file, err)
	}
	if err := board.Validate(); err != nil {
		return fmt.Errorf("validate %s: %w", file, err)
	}
	panels, queries, empty := 0, 0, 0
	for _, p := range board.Panels {
		if p.Panel == nil {
			continue
		}
		panels++
		for _, target := range p.Panel.Targets {
			q, ok := target.(*prometheus.Dataquery)
			if !ok {
				return fmt.Errorf("the panel %q has a query of type %T", *p.Panel.Title, target)
			}
			queries++
			if server == "" {
				continue
			}
			n, err := run(server, q.Expr)
			if err != nil {
				return fmt.Errorf("the panel %q: %w", *p.Panel.Title, err)
			}
			if n == 0 {
				empty++
				fmt.Printf("no data: %s: %s\n", *p.Panel.Title, q.Expr)
			}
		}
	}
	if server == "" {
		fmt.Printf("%s is valid: %d panels, %d queries\n", file, panels, queries)
		return nil
	}
	fmt.Printf("%s is valid: %d panels, %d queries, of which %d returned no data\n", file, panels, queries, empty)
	if empty > 0 {
		return fmt.Errorf("%d queries returned no data", empty)
	}
	return nil
}

// variables are the values that Grafana would insert.
var variables = strings.NewReplacer("$job", ".*", "$__rate_interval", "10m")

// run runs a query and returns the number of its series.
func run(server, expr string) (int, error) {
	expr = variables.Replace(expr)
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, server+"/api/v1/query?"+url.Values{"query": {expr}}.Encode(), nil)
	if err != nil {
		return 0, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, fmt.Errorf("query %s: %w", server, err)
	}
	defer func() { _ = resp.Body.Close() }()
	var answer struct {
		Status, Error string
		Data          struct {
			Result []struct{ Value []any }
		}
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		return 0, fmt.Errorf("query %s: %w", expr, err)
	}
	if answer.Status != "success" {
		return 0, fmt.Errorf("query %s: %s", expr, answer.Error)
	}
	n := 0
	for _, s := range answer.Data.Result {
		if len(s.Value) == 2 && s.Value[1] != "NaN" {
			n++
		}
	}
	return n, nil
}
