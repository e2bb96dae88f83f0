package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// site is a recorded site of a company, with its known legal documents.
type site struct {
	name string
	Home struct {
		URL string `json:"url"`
	} `json:"home"`
	Legal []struct {
		URL      string `json:"url"`
		Depth    int    `json:"depth"`
		External bool   `json:"external"`
	} `json:"legal"`
	known  int
	missed []string
}

// worstSites crawls each site as the scoring script does. It returns the sites with
// missed documents, those with the most first.
func (o *options) worstSites(ctx context.Context) ([]site, error) {
	files, err := filepath.Glob(filepath.Join(o.gold, "sites", "*", "*", "site.json"))
	if err != nil || len(files) == 0 {
		return nil, fmt.Errorf("no sites below %s: %w", o.gold, err)
	}
	dir, err := os.MkdirTemp("", "clausea-eval-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	ca := filepath.Join(dir, "ca.pem")
	srv := exec.CommandContext(ctx, o.sitesd, "-sites", filepath.Dir(filepath.Dir(files[0])), "-data", o.gold, "-ca", ca, "-https", "127.0.0.1:18453", "-http", "127.0.0.1:18454")
	if err := srv.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", o.sitesd, err)
	}
	defer func() { _ = srv.Process.Kill(); _ = srv.Wait() }()
	if err := waitForListener(ctx, "127.0.0.1:18453"); err != nil {
		return nil, err
	}
	var out []site
	for _, f := range files {
		s, err := o.crawl(ctx, f, ca)
		if err != nil {
			return nil, err
		}
		if len(s.missed) > 0 {
			out = append(out, s)
		}
	}
	slices.SortStableFunc(out, func(a, b site) int { return cmp.Compare(len(b.missed), len(a.missed)) })
	return out, nil
}

// waitForListener waits until a process listens at an address.
func waitForListener(ctx context.Context, at string) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	for {
		c, err := (&net.Dialer{}).DialContext(ctx, "tcp", at)
		if err == nil {
			return c.Close()
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for the sites: %w", err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func (o *options) crawl(ctx context.Context, file, ca string) (site, error) {
	s := site{name: filepath.Base(filepath.Dir(file))}
	b, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(b, &s)
	}
	if err != nil {
		return s, fmt.Errorf("read %s: %w", file, err)
	}
	cmd := exec.CommandContext(ctx, o.bin, "crawl", s.Home.URL, "-o", "json", "--no-store", "--delay", "0", "--max-pages", "40", "--ca-file", ca,
		"--connect-to", ":443:127.0.0.1:18453", "--connect-to", ":80:127.0.0.1:18454", "--allow-address", "127.0.0.1/32")
	out, err := cmd.Output()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return s, fmt.Errorf("crawl %s: %w", s.name, err)
	}
	var rep struct {
		Documents []struct {
			URL string `json:"url"`
		} `json:"documents"`
	}
	if err := json.Unmarshal(out, &rep); err != nil {
		return s, fmt.Errorf("crawl %s: decode the report: %w", s.name, err)
	}
	found := map[string]bool{}
	for _, d := range rep.Documents {
		found[samePage(d.URL)] = true
	}
	for _, l := range s.Legal {
		if l.External || l.Depth < 1 || l.Depth > 2 {
			continue
		}
		key := samePage(l.URL)
		if _, counted := found[key]; !counted {
			s.missed = append(s.missed, l.URL)
		}
		s.known++
		found[key] = true // count each page once
	}
	return s, nil
}

// samePage returns a key that is equal for URLs of the same page, as in the scoring script.
func samePage(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return raw
	}
	key := strings.TrimPrefix(u.Hostname(), "www.") + strings.TrimRight(u.Path, "/")
	if u.RawQuery != "" {
		key += "?" + u.RawQuery
	}
	return strings.ToLower(key)
}
