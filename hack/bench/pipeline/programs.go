package pipeline

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	readability "codeberg.org/readeck/go-readability/v2"
	htmltomarkdown "github.com/JohannesKaufmann/html-to-markdown/v2"
	"github.com/go-logr/logr"
	"github.com/gocolly/colly/v2"

	"github.com/clausea/crawler/hack/bench/engine"
	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/crawl/fetch"
	"github.com/clausea/crawler/internal/run"
	"github.com/clausea/crawler/internal/run/queue"
	"github.com/clausea/crawler/internal/store/sqlite"
)

// Children are the measured programs, by name. Each takes a URL, a PEM file with the
// certificate authority to trust, a folder for the documents, and their expected number.
var Children = map[string]func(origin, ca, dir string, pages int) error{"clausea": ours, "glue": glue}

const concurrency = 16

// ours executes a run as `clausea crawl` does, with an embedded store.
func ours(origin, ca, dir string, pages int) error {
	ctx := context.Background()
	u, err := url.Parse(origin)
	if err != nil {
		return fmt.Errorf("crawl %s: %w", origin, err)
	}
	f, err := fetch.New(fetch.Config{Guard: engine.Loopback(), CAFile: ca})
	if err != nil {
		return fmt.Errorf("crawl %s: %w", origin, err)
	}
	defer f.Close()
	s, err := sqlite.Open(ctx, dir)
	if err != nil {
		return fmt.Errorf("crawl %s: %w", origin, err)
	}
	pool := &queue.Pool{
		Store: s, Log: logr.Discard(), Runner: &run.Runner{Engine: crawl.New(f), Store: s, Log: logr.Discard(), WorkerID: "bench"},
	}
	rep, err := pool.Crawl(ctx, run.Task{Company: "harbour", Plan: crawl.Plan{
		Domains: []string{u.Hostname()}, Seeds: []crawl.Seed{{URL: origin + "/p/10000"}},
		Options: crawl.Options{MaxPages: 1 << 20, MaxDepth: 1 << 20, TimeLimit: time.Hour},
	}}, nil)
	if cerr := s.Close(ctx); err == nil {
		err = cerr
	}
	if err == nil && len(rep.Documents) != pages {
		err = fmt.Errorf("crawl %s: %d of %d pages were stored as documents, skipped %v", origin, len(rep.Documents), pages, rep.Result.Progress.Skipped)
	}
	return err
}

// glue is the usual alternative: colly, a readability library, a Markdown library, and
// one file per page.
func glue(origin, ca, dir string, pages int) error {
	t, err := engine.Transport(ca)
	if err != nil {
		return err
	}
	u, err := url.Parse(origin)
	if err != nil {
		return fmt.Errorf("crawl %s: %w", origin, err)
	}
	c := colly.NewCollector(colly.AllowedDomains(u.Hostname()), colly.Async(true))
	c.WithTransport(t)
	c.IgnoreRobotsTxt = false
	c.SetRequestTimeout(time.Minute) // a busy machine must not cause failures
	if err := c.Limit(&colly.LimitRule{DomainGlob: "*", Parallelism: concurrency}); err != nil {
		return fmt.Errorf("crawl %s: %w", origin, err)
	}
	c.OnHTML("a[href]", func(e *colly.HTMLElement) {
		if link := e.Attr("href"); !strings.HasPrefix(link, "#") {
			_ = e.Request.Visit(link)
		}
	})
	c.OnResponse(func(r *colly.Response) {
		if err := save(dir, r.Request.URL, r.Body); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	})
	if err := c.Visit(origin + "/p/10000"); err != nil {
		return fmt.Errorf("crawl %s: %w", origin, err)
	}
	c.Wait()
	files, err := os.ReadDir(dir)
	if err == nil && len(files) != pages {
		err = fmt.Errorf("crawl %s: %d of %d pages were stored", origin, len(files), pages)
	}
	return err
}

// save writes the main content of a page as Markdown.
func save(dir string, at *url.URL, body []byte) error {
	a, err := readability.FromReader(bytes.NewReader(body), at)
	if err != nil {
		return fmt.Errorf("extract %s: %w", at, err)
	}
	if a.Node == nil {
		return fmt.Errorf("extract %s: no content", at)
	}
	md, err := htmltomarkdown.ConvertNode(a.Node)
	if err != nil {
		return fmt.Errorf("convert %s: %w", at, err)
	}
	name := sha256.Sum256([]byte(at.String()))
	return os.WriteFile(filepath.Join(dir, hex.EncodeToString(name[:8])+".md"), md, 0o600)
}
