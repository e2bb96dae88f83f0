package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/kubestore"
	"github.com/clausea/crawler/internal/kubestore/remote"
	"github.com/clausea/crawler/internal/schema"
	"github.com/clausea/crawler/internal/settings"
	"github.com/clausea/crawler/internal/store"
)

// resourceClient is where commands find Companies and CrawlJobs: a cluster, the store, or
// the standalone process that owns the store.
type resourceClient struct {
	client.Client
	close func()
}

// resourceFlags say which resources a command means.
type resourceFlags struct {
	kubernetes bool
	namespace  string
	files      []string
}

func (f *resourceFlags) addFlags(cmd *cobra.Command, files bool) {
	fs := cmd.Flags()
	fs.BoolVar(&f.kubernetes, "kubernetes", false, "the cluster of KUBECONFIG, instead of the store")
	fs.StringVarP(&f.namespace, "namespace", "n", kubestore.DefaultNamespace, "`namespace` of the resources that name none")
	if files {
		fs.StringSliceVarP(&f.files, "filename", "f", nil, "`file` of manifests; - is standard input")
	}
}

// openResources finds the resources that f means; open opens the store if they are there.
func (a *app) openResources(ctx context.Context, f resourceFlags, open func(context.Context, *settings.Values) (store.Store, error)) (*resourceClient, error) {
	scheme, err := newScheme()
	if err != nil {
		return nil, err
	}
	if f.kubernetes {
		config, err := ctrl.GetConfig()
		if err != nil {
			return nil, fmt.Errorf("find the cluster: set KUBECONFIG: %w", err)
		}
		c, err := client.New(config, client.Options{Scheme: scheme})
		if err != nil {
			return nil, fmt.Errorf("connect to the cluster: %w", err)
		}
		return &resourceClient{c, func() {}}, nil
	}
	if folder := embeddedFolder(a.values); folder != "" {
		if objects, err := remote.Dial(ctx, filepath.Join(folder, socketName)); err == nil {
			return &resourceClient{kubestore.NewClient(objects, scheme), func() {}}, nil
		}
	}
	s, err := open(ctx, a.values)
	if err != nil {
		return nil, err
	}
	return &resourceClient{kubestore.NewClient(s, scheme), func() { _ = s.Close(context.WithoutCancel(ctx)) }}, nil
}

// manifests reads the files that a command names.
func (f *resourceFlags) manifests(cmd *cobra.Command) ([]*unstructured.Unstructured, error) {
	var out []*unstructured.Unstructured
	for _, name := range f.files {
		objs, err := readManifests(cmd.InOrStdin(), name)
		if err != nil {
			return nil, &exitError{exitUsage, fmt.Errorf("%s: %w", name, err)}
		}
		for _, o := range objs {
			if o.GetNamespace() == "" {
				o.SetNamespace(f.namespace)
			}
		}
		out = append(out, objs...)
	}
	return out, nil
}

func readManifests(stdin io.Reader, name string) ([]*unstructured.Unstructured, error) {
	if name == "-" {
		return schema.ReadManifests(stdin)
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	return schema.ReadManifests(file)
}

// kindNames are what people may call the kinds, as kubectl's short names are.
var kindNames = map[string]string{
	"company": "Company", "companies": "Company", "co": "Company", "crawljob": "CrawlJob", "crawljobs": "CrawlJob", "cj": "CrawlJob",
}

// parseNames reads KIND NAME and KIND/NAME.
func (f *resourceFlags) parseNames(args []string) ([]*unstructured.Unstructured, error) {
	if len(args) == 2 && !strings.Contains(args[0], "/") {
		args = []string{args[0] + "/" + args[1]}
	}
	var out []*unstructured.Unstructured
	for _, arg := range args {
		kind, name, ok := strings.Cut(arg, "/")
		k := kindNames[strings.ToLower(kind)]
		if !ok || k == "" || name == "" {
			return nil, usage("%q: name a resource as company/NAME or crawljob/NAME", arg)
		}
		o := &unstructured.Unstructured{}
		o.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind(k))
		o.SetNamespace(f.namespace)
		o.SetName(name)
		out = append(out, o)
	}
	return out, nil
}

// targets are the resources of the files and of the arguments.
func (f *resourceFlags) targets(cmd *cobra.Command, args []string) ([]*unstructured.Unstructured, error) {
	fromFiles, err := f.manifests(cmd)
	if err != nil {
		return nil, err
	}
	byName, err := f.parseNames(args)
	if err != nil {
		return nil, err
	}
	all := slices.Concat(fromFiles, byName)
	if len(all) == 0 {
		return nil, usage("name resources as company/NAME or crawljob/NAME, or give their manifests with -f")
	}
	return all, nil
}

// displayName is how a resource is shown: company.crawl.clausea.co/acme.
func displayName(o client.Object) string {
	return strings.ToLower(o.GetObjectKind().GroupVersionKind().Kind) + "." + v1alpha1.GroupVersion.Group + "/" + o.GetName()
}

// forEach does f for all resources, and goes on after one that fails.
func forEach(objs []*unstructured.Unstructured, do func(*unstructured.Unstructured) error) error {
	var errs []error
	for _, o := range objs {
		if err := do(o); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", displayName(o), err))
		}
	}
	return errors.Join(errs...)
}
