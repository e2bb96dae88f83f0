// Command image packs files into a container image without a registry or a daemon: an archive in
// the format of docker save, which containerd imports.
//
//	image -ref NAME:TAG -out FILE.tar [-user UID:GID] [-dirs DIR,...] ENTRYPOINT [FILE[=PATH]...]
//
// ENTRYPOINT and every FILE are files of this machine; PATH is their path in the image, which
// defaults to the path on this machine, and for the entrypoint to its base name in the root folder.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

func main() {
	var o options
	flag.StringVar(&o.ref, "ref", "", "name and tag of the image")
	flag.StringVar(&o.out, "out", "", "archive to write")
	flag.StringVar(&o.user, "user", "65532:65532", "user and group of the processes")
	flag.StringVar(&o.dirs, "dirs", "/tmp", "folders that every user may write, separated by commas")
	flag.Parse()
	if flag.NArg() == 0 || o.ref == "" || o.out == "" {
		flag.Usage()
		os.Exit(2)
	}
	if err := o.write(flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "image:", err)
		os.Exit(1)
	}
}

// options are the flags of the command.
type options struct{ ref, out, user, dirs string }

// write packs files, the first of which is the entrypoint, and writes the archive.
func (o options) write(files []string) error {
	tag, err := name.NewTag(o.ref)
	if err != nil {
		return fmt.Errorf("parse the reference %q: %w", o.ref, err)
	}
	layer, entrypoint, err := pack(files, strings.Split(o.dirs, ","))
	if err != nil {
		return err
	}
	image, err := mutate.AppendLayers(empty.Image, layer)
	if err != nil {
		return fmt.Errorf("add the layer of %s: %w", o.ref, err)
	}
	config, err := image.ConfigFile()
	if err != nil {
		return fmt.Errorf("read the configuration of %s: %w", o.ref, err)
	}
	config = config.DeepCopy()
	config.OS, config.Architecture = "linux", runtime.GOARCH
	config.Config = v1.Config{Entrypoint: []string{entrypoint}, User: o.user, Env: []string{"PATH=/usr/local/bin:/usr/bin:/bin:/"}}
	if image, err = mutate.ConfigFile(image, config); err != nil {
		return fmt.Errorf("set the configuration of %s: %w", o.ref, err)
	}
	if err := tarball.WriteToFile(o.out, tag, image); err != nil {
		return fmt.Errorf("write %s: %w", o.out, err)
	}
	return nil
}

// split returns the path on this machine and the path in the image of an argument.
func split(argument string, isEntrypoint bool) (from, to string) {
	from, to, ok := strings.Cut(argument, "=")
	switch {
	case ok:
	case isEntrypoint:
		to = "/" + filepath.Base(from)
	default:
		to = from
	}
	return from, to
}
