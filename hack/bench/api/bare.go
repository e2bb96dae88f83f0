package api

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// Children are the programs that only this part measures.
var Children = map[string]func(args []string) error{"bare": bare}

// recorded is a response that the bare handler writes.
type recorded struct {
	Status int
	Header http.Header
	Body   []byte
}

// bare serves one recorded response with net/http alone.
func bare(args []string) error {
	flags := flag.NewFlagSet("bare", flag.ContinueOnError)
	port := flags.String("port", "", "port")
	file := flags.String("response", "", "file with the response")
	if err := flags.Parse(args); err != nil {
		return err
	}
	b, err := os.ReadFile(*file)
	if err != nil {
		return fmt.Errorf("read the response: %w", err)
	}
	var r recorded
	if err := json.Unmarshal(b, &r); err != nil {
		return fmt.Errorf("read the response: %w", err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	server := &http.Server{Addr: "127.0.0.1:" + *port, ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		h := w.Header()
		for name, values := range r.Header {
			h[name] = values
		}
		w.WriteHeader(r.Status)
		_, _ = w.Write(r.Body)
	})}
	go func() {
		<-ctx.Done()
		_ = server.Close()
	}()
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
