package scale

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/clausea/crawler/hack/bench/measure"
)

// program is a running set of controllers, observed through its metrics.
type program struct {
	*measure.Running
	url       string
	startedAt time.Time
}

// pollInterval is the interval between two reads of the metrics.
const pollInterval = 100 * time.Millisecond

// start starts this binary as one of the measured programs on a backend.
func start(ctx context.Context, as string, b *backend, args ...string) (*program, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", as, err)
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("find a free port: %w", err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	_ = l.Close()
	p := &program{url: "http://127.0.0.1:" + port + "/metrics", startedAt: time.Now()}
	profile := ""
	if b.programCount++; b.profiles != "" {
		profile = fmt.Sprintf("%s-%d-%s", b.profiles, b.programCount, as)
	}
	argv := append([]string{self, "-profile", profile, "-as", "scale/" + as, "--"}, args...)
	if as == "clausea" {
		argv = append(argv, "--port", "0", "--metrics-port", port)
	} else {
		argv = append(argv, "--port", port)
	}
	p.Running, err = measure.Start(ctx, measure.Program{Argv: argv, Env: []string{"KUBECONFIG=" + b.kubeconfig}})
	return p, err
}

// counts are the controllers' metrics.
type counts struct {
	reconciles map[string]float64 // by controller
	errors     float64
	waiting    float64 // queued objects and running reconciles
}

func (c counts) all() (n float64) {
	for _, r := range c.reconciles {
		n += r
	}
	return n
}

var metricLine = regexp.MustCompile(`^(\w+)\{([^}]*)\} (\S+)$`)

func (p *program) counts(ctx context.Context) (counts, error) {
	c := counts{reconciles: map[string]float64{}}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.url, nil)
	if err != nil {
		return c, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return c, err
	}
	defer func() { _ = res.Body.Close() }()
	lines := bufio.NewScanner(res.Body)
	for lines.Scan() {
		m := metricLine.FindStringSubmatch(lines.Text())
		if m == nil {
			continue
		}
		n, err := strconv.ParseFloat(m[3], 64)
		if err != nil {
			continue
		}
		switch m[1] {
		case "controller_runtime_reconcile_total":
			_, rest, _ := strings.Cut(m[2], `controller="`)
			name, _, _ := strings.Cut(rest, `"`)
			c.reconciles[name] += n
		case "controller_runtime_reconcile_errors_total":
			c.errors += n
		case "workqueue_depth", "controller_runtime_active_workers":
			c.waiting += n
		}
	}
	return c, lines.Err()
}

// waitTimeout bounds each wait for the controllers.
const waitTimeout = 5 * time.Minute

var errExited = errors.New("the program has exited")

// waitFor polls the metrics until ok accepts them. It returns them with the time.
func (p *program) waitFor(ctx context.Context, what string, ok func(counts) bool) (counts, time.Time, error) {
	ctx, cancel := context.WithTimeout(ctx, waitTimeout)
	defer cancel()
	var c counts
	tick := time.NewTicker(pollInterval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return c, time.Time{}, fmt.Errorf("wait for %s: %w (%+v)", what, ctx.Err(), c)
		case <-p.Exited():
			return c, time.Time{}, fmt.Errorf("wait for %s: %w", what, errExited)
		case <-tick.C:
		}
		got, err := p.counts(ctx)
		if err != nil {
			continue // it is not listening yet
		}
		if c = got; ok(c) {
			return c, time.Now(), nil
		}
	}
}
