// Command mongod runs a three-member MongoDB replica set on the loopback interface until it
// receives SIGINT or SIGTERM or its standard input is closed. The first line of its output is
// the connection string.
//
//	hack/mongod/get.sh && go run ./hack/mongod
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/clausea/crawler/hack/mongod/replicaset"
)

func main() {
	dir := flag.String("dir", "", "data folder; if empty, a temporary folder")
	bin := flag.String("mongod", "", "path of the mongod binary (default $MONGOD, the binary that get.sh cached, or mongod in PATH)")
	members := flag.Int("members", 3, "number of members")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if *bin == "" {
		found, err := replicaset.Find()
		if err != nil {
			fmt.Fprintln(os.Stderr, "mongod:", err)
			os.Exit(1) //nolint:gocritic // nothing was started
		}
		*bin = found
	}
	s, err := replicaset.Start(ctx, *bin, *dir, *members)
	if err != nil {
		fmt.Fprintln(os.Stderr, "mongod:", err)
		os.Exit(1)
	}
	defer s.Close()
	fmt.Println(s.URI)
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		stop()
	}()
	<-ctx.Done()
}
