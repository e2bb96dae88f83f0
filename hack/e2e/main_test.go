//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/demo"
)

const (
	// image is the repository of the image under test.
	image = "local/clausea"
	// firstTag and secondTag are the tags of the image before and after an upgrade.
	firstTag, secondTag = "e2e-first", "e2e-second"
	// internet is the address of the node at which the sites of companies are served. The cluster
	// DNS resolves their names to it: see hack/cluster/internet.hosts.
	internet = "93.184.215.14:443"
)

// site is the site of the demo company, which all companies of the tests have.
var site *demo.Site

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var err error
	site, err = demo.Start(ctx, "example.com", "www.example.com", "example.net", "www.example.net", "example.org", "www.example.org")
	if err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		return 1
	}
	defer site.Close()
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", internet)
	if err != nil {
		fmt.Fprintln(os.Stderr, "e2e: serve the sites of companies: "+err.Error()+": run the tests with hack/e2e/run.sh")
		return 1
	}
	defer serveInternet(listener, site.Addr)()
	if err := loadImages(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "e2e: load images:", err)
		return 1
	}
	return m.Run()
}

// loadImages packs the image under test, with the certificate authority of the site, and the one of
// MongoDB, and imports them on the node.
func loadImages(ctx context.Context) error {
	began := time.Now()
	folder, err := os.MkdirTemp("", "clausea-e2e")
	if err != nil {
		return fmt.Errorf("create a folder for images: %w", err)
	}
	defer func() { _ = os.RemoveAll(folder) }()
	bundle, err := os.ReadFile(site.CAFile)
	if err != nil {
		return fmt.Errorf("read the certificate authority of the site: %w", err)
	}
	certificates := filepath.Join(folder, "certificates.pem")
	if err := os.WriteFile(certificates, bundle, 0o600); err != nil {
		return fmt.Errorf("write the certificates of the image: %w", err)
	}
	archive := filepath.Join(folder, "clausea.tar")
	if err := execute(ctx, "image", "-ref", image+":"+firstTag, "-out", archive, os.Getenv("E2E_CLAUSEA"), certificates+"=/etc/ssl/certs/ca-certificates.crt"); err != nil {
		return err
	}
	if err := execute(ctx, "ctr", "-n", "k8s.io", "images", "import", archive); err != nil {
		return err
	}
	for _, ref := range []string{firstTag, secondTag} {
		if err := execute(ctx, "ctr", "-n", "k8s.io", "images", "tag", "--force", "docker.io/"+image+":"+firstTag, "docker.io/"+image+":"+ref); err != nil {
			return err
		}
	}
	if err := loadMongoDB(ctx, filepath.Join(folder, "mongodb.tar")); err != nil {
		return err
	}
	fmt.Printf("images loaded in %v\n", round(time.Since(began)))
	return nil
}

// loadMongoDB packs mongod of this machine with the libraries that it is linked with. The image has no
// shell and no other program.
func loadMongoDB(ctx context.Context, archive string) error {
	mongod := os.Getenv("E2E_MONGOD")
	out, err := exec.CommandContext(ctx, "ldd", mongod).Output()
	if err != nil {
		return fmt.Errorf("list the libraries of %s: %w", mongod, err)
	}
	args := []string{"-ref", mongodbImage, "-out", archive, "-dirs", "/tmp,/data,/data/db", mongod + "=/usr/bin/mongod"}
	for line := range strings.Lines(string(out)) {
		for _, field := range strings.Fields(line) {
			if strings.HasPrefix(field, "/") {
				args = append(args, field)
			}
		}
	}
	if err := execute(ctx, "image", args...); err != nil {
		return err
	}
	return execute(ctx, "ctr", "-n", "k8s.io", "images", "import", archive)
}

// execute runs a command and returns its output as part of the error.
func execute(ctx context.Context, name string, args ...string) error {
	if out, err := exec.CommandContext(ctx, name, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s %s: %w: %s", name, strings.Join(args, " "), err, out)
	}
	return nil
}
