// Package rivals installs the crawlers that the engine is compared with, from Debian,
// PyPI and npm, once, below .cache/bench.
package rivals

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// The installed versions.
const (
	scrapyVersion = "2.19.0"
	spiderVersion = "0.0.157"
)

// Set locates the rivals. An error tells why a rival is not available.
type Set struct {
	Wget2                           string // path of the program
	Scrapy                          string // path of a Python that has Scrapy
	Node                            string // path of the program
	SpiderModules                   string // folder that contains spider-rs
	Wget2Err, ScrapyErr, SpiderErr  error
	Wget2Name, ScrapyName, SpiderRS string // names with versions
}

// Find returns the rivals. It installs those that are missing below cache.
func Find(ctx context.Context, cache string) Set {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Minute)
	defer cancel()
	s := Set{ScrapyName: "Scrapy " + scrapyVersion, SpiderRS: "spider-rs " + spiderVersion, Wget2Name: "wget2"}
	s.Wget2, s.Wget2Err = wget2(ctx)
	if out, err := exec.CommandContext(ctx, "wget2", "--version").Output(); err == nil {
		if f := strings.Fields(string(out)); len(f) > 2 {
			s.Wget2Name = "wget2 " + f[2]
		}
	}
	s.Scrapy, s.ScrapyErr = scrapy(ctx, filepath.Join(cache, "scrapy-"+scrapyVersion))
	s.Node, s.SpiderErr = exec.LookPath("node")
	if s.SpiderErr == nil {
		s.SpiderModules = filepath.Join(cache, "spider-rs-"+spiderVersion)
		s.SpiderErr = spider(ctx, s.SpiderModules)
	}
	return s
}

func wget2(ctx context.Context) (string, error) {
	if path, err := exec.LookPath("wget2"); err == nil {
		return path, nil
	}
	if _, err := exec.LookPath("apt-get"); err != nil || os.Getuid() != 0 {
		return "", errors.New("it is not installed, and only root can install Debian's wget2 by apt-get")
	}
	_ = run(ctx, "", "apt-get", "update", "-qq") // an outdated package list may be enough
	if err := run(ctx, "", "apt-get", "install", "-y", "-qq", "wget2"); err != nil {
		return "", err
	}
	return exec.LookPath("wget2")
}

func scrapy(ctx context.Context, venv string) (string, error) {
	python := filepath.Join(venv, "bin", "python")
	if run(ctx, "", python, "-m", "scrapy", "version") == nil {
		return python, nil
	}
	if err := run(ctx, "", "python3", "-m", "venv", venv); err != nil {
		return "", err
	}
	if err := run(ctx, "", python, "-m", "pip", "install", "-q", "scrapy=="+scrapyVersion); err != nil {
		return "", err
	}
	return python, run(ctx, "", python, "-m", "scrapy", "version")
}

func spider(ctx context.Context, dir string) error {
	if _, err := os.Stat(filepath.Join(dir, "node_modules", "@spider-rs", "spider-rs")); err == nil {
		return nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("install spider-rs: %w", err)
	}
	return run(ctx, dir, "npm", "install", "--silent", "--no-save", "--prefix", ".", "@spider-rs/spider-rs@"+spiderVersion)
}

func run(ctx context.Context, dir string, argv ...string) error {
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", strings.Join(argv, " "), err, strings.TrimSpace(string(out[max(0, len(out)-300):])))
	}
	return nil
}
