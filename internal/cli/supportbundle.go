package cli

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/clausea/crawler/internal/settings"
)

// sectionTimeout bounds each part of a support bundle, maxSection its size in bytes.
const (
	sectionTimeout = 20 * time.Second
	maxSection     = 4 << 20
)

func newSupportBundle(a *app) *cobra.Command {
	var f resourceFlags
	cmd := &cobra.Command{
		Use:   "support-bundle [FILE]",
		Short: "Collect what a bug report needs, without secrets and texts of documents",
		Long: `Collect what a bug report needs in a tar.gz file: the settings with their sources, the version,
the state of the store, recent failed runs, the conditions of Companies and CrawlJobs, recent
warnings, and the metrics of a process on this machine. Secrets are redacted, and no text of a
document is read. The names of companies, their domains and URLs of pages can be inside: look
at the files before you send them.`,
		Example: `  clausea support-bundle
  clausea support-bundle --kubernetes bundle.tar.gz`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usage("expected at most one FILE, got %d arguments; see %s --help", len(args), cmd.CommandPath())
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			file := "clausea-support-" + time.Now().UTC().Format("20060102-150405") + ".tar.gz"
			if len(args) > 0 {
				file = args[0]
			}
			f.allNamespaces = true
			return a.supportBundle(cmd, f, file)
		},
	}
	cmd.Flags().BoolVar(&f.kubernetes, "kubernetes", false, "read Companies and CrawlJobs from the cluster in KUBECONFIG instead of the store")
	return a.withSettings(cmd, settings.CommandConfig)
}

// section is one file of a support bundle.
type section struct {
	name, about string
	collect     func(context.Context) (any, error) // a string, or a value that is written as JSON
}

// supportBundle writes a support bundle to a new file. A part that fails is replaced by its error.
func (a *app) supportBundle(cmd *cobra.Command, f resourceFlags, file string) (err error) {
	out, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		return usage("the file %s exists already", file)
	}
	if err != nil {
		return fmt.Errorf("create the support bundle: %w", err)
	}
	defer func() {
		if cerr := out.Close(); err == nil && cerr != nil {
			err = fmt.Errorf("write %s: %w", file, cerr)
		}
		if err != nil {
			_ = os.Remove(file)
		}
	}()
	b := &bundleWriter{gz: gzip.NewWriter(out), redact: a.redact.String, now: time.Now()}
	b.tar = tar.NewWriter(b.gz)
	report := cmd.OutOrStdout()
	readme := "A support bundle of clausea. Secrets are redacted, and no text of a document is inside.\n\n"
	var failed []string
	for _, s := range a.bundleSections(f) {
		ctx, cancel := context.WithTimeout(cmd.Context(), sectionTimeout)
		content, cerr := s.collect(ctx)
		cancel()
		if cmd.Context().Err() != nil {
			return cmd.Context().Err()
		}
		if cerr != nil {
			failed = append(failed, fmt.Sprintf("%s: %s", s.name, a.redact.String(cerr.Error())))
			continue
		}
		if err := b.add(s.name, content); err != nil {
			return fmt.Errorf("write %s to %s: %w", s.name, file, err)
		}
		readme += fmt.Sprintf("%-18s %s\n", s.name, s.about)
		_, _ = fmt.Fprintf(report, "%-18s %s\n", s.name, s.about)
	}
	for _, f := range failed {
		readme += "missing: " + f + "\n"
		_, _ = fmt.Fprintln(report, "missing:", f)
	}
	if err := b.add("README.txt", readme); err != nil {
		return fmt.Errorf("write %s: %w", file, err)
	}
	if err := b.close(); err != nil {
		return fmt.Errorf("write %s: %w", file, err)
	}
	path, err := filepath.Abs(file)
	if err != nil {
		path = file
	}
	_, err = fmt.Fprintf(report, "\nWrote %s. Secrets are redacted; names and URLs are not. Look at it before you send it.\n", path)
	return err
}

// bundleWriter writes the files of a support bundle with secrets redacted.
type bundleWriter struct {
	tar    *tar.Writer
	gz     *gzip.Writer
	redact func(string) string
	now    time.Time
}

// add writes a file: a string, or a value as JSON.
func (b *bundleWriter) add(name string, content any) error {
	text, ok := content.(string)
	if !ok {
		encoded, err := json.MarshalIndent(content, "", "  ")
		if err != nil {
			return err
		}
		text = string(encoded) + "\n"
	}
	text = b.redact(text)
	if len(text) > maxSection {
		text = strings.ToValidUTF8(text[:maxSection], "") + "\n... cut here\n"
	}
	if err := b.tar.WriteHeader(&tar.Header{Name: "clausea-support/" + name, Mode: 0o600, Size: int64(len(text)), ModTime: b.now}); err != nil {
		return err
	}
	_, err := io.WriteString(b.tar, text)
	return err
}

func (b *bundleWriter) close() error { return errors.Join(b.tar.Close(), b.gz.Close()) }
