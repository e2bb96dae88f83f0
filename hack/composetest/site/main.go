// Command site serves the demo company of internal/demo and a large company for the test of
// deploy/compose: site FOLDER. It writes the certificate authority to FOLDER/ca.pem, and listens on
// port 443 for the demo company and on port 80 for the large one, whose pages have 60 KB each.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/clausea/crawler/internal/demo"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1) //nolint:gocritic // nothing is left to stop
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) != 1 {
		return errors.New("usage: site FOLDER")
	}
	site, err := demo.Start(ctx)
	if err != nil {
		return err
	}
	defer site.Close()
	ca, err := os.ReadFile(site.CAFile)
	if err != nil {
		return fmt.Errorf("read the certificate authority: %w", err)
	}
	if err := os.WriteFile(filepath.Join(args[0], "ca.pem"), ca, 0o644); err != nil {
		return fmt.Errorf("write the certificate authority: %w", err)
	}
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", ":443")
	if err != nil {
		return fmt.Errorf("listen for the demo company: %w", err)
	}
	large := &http.Server{Addr: ":80", Handler: newLarge(), ReadHeaderTimeout: 10 * time.Second}
	var wg sync.WaitGroup
	defer wg.Wait()
	wg.Go(func() {
		<-ctx.Done()
		_ = l.Close()
		_ = large.Close()
	})
	wg.Go(func() { forward(ctx, l, site.Addr) })
	if err := large.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve the large company: %w", err)
	}
	return nil
}

// forward connects the clients of l to addr until l is closed.
func forward(ctx context.Context, l net.Listener, addr string) {
	var wg sync.WaitGroup
	defer wg.Wait()
	for {
		client, err := l.Accept()
		if err != nil {
			return
		}
		wg.Go(func() {
			defer func() { _ = client.Close() }()
			var dialer net.Dialer
			server, err := dialer.DialContext(ctx, "tcp", addr)
			if err != nil {
				return
			}
			defer func() { _ = server.Close() }()
			stop := context.AfterFunc(ctx, func() { _ = client.Close() })
			defer stop()
			wg.Go(func() {
				_, _ = io.Copy(server, client)
				_ = server.Close()
			})
			_, _ = io.Copy(client, server)
		})
	}
}
