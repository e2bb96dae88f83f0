package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/tools/clientcmd"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/kubestore"
	"github.com/clausea/crawler/internal/store"
)

// resourceClient gives access to Companies and CrawlJobs in a cluster, in the store, or through
// the process that has the store open.
type resourceClient struct {
	resourceAccess
	// store has the resources and their events. It can only be read if served is true. It is nil
	// for a cluster.
	store store.Store
	// served is true if the process that has the store open serves the resources.
	served bool
	close  func()
}

// resourceFlags are the flags that select resources.
type resourceFlags struct {
	kubernetes bool
	namespace  string
	// namespaceSet reports whether the user specified the namespace. Only commands with
	// --all-namespaces set it.
	namespaceSet, allNamespaces bool
	files                       []string
	recursive                   bool
}

// listNamespace returns the namespace to which lists are restricted; "" means all.
func (f *resourceFlags) listNamespace() string {
	if f.allNamespaces {
		return ""
	}
	return f.namespace
}

// addAllNamespaces adds --all-namespaces to a command that lists resources or events.
func (f *resourceFlags) addAllNamespaces(cmd *cobra.Command) {
	cmd.Flags().BoolVarP(&f.allNamespaces, "all-namespaces", "A", false, "list the resources or events of all namespaces")
}

func (f *resourceFlags) addFlags(cmd *cobra.Command, files bool) {
	fs := cmd.Flags()
	fs.BoolVar(&f.kubernetes, "kubernetes", false, "use the cluster in KUBECONFIG instead of the store")
	fs.StringVarP(&f.namespace, "namespace", "n", kubestore.DefaultNamespace, "`namespace` of resources that do not specify one")
	if files {
		f.addFiles(cmd)
	}
}

// useContextNamespace makes the namespace of the kubeconfig's context the default with
// --kubernetes, as kubectl does.
func (f *resourceFlags) useContextNamespace(cmd *cobra.Command) error {
	if !f.kubernetes || cmd.Flags().Changed("namespace") {
		return nil
	}
	namespace, err := contextNamespace(clientcmd.NewDefaultClientConfigLoadingRules())
	if err != nil {
		return err
	}
	f.namespace = namespace
	return nil
}

// contextNamespace returns the namespace of the current context of a kubeconfig, or default.
func contextNamespace(rules *clientcmd.ClientConfigLoadingRules) (string, error) {
	namespace, _, err := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, &clientcmd.ConfigOverrides{}).Namespace()
	if err != nil {
		return "", fmt.Errorf("read the namespace of the kubeconfig: %w; set KUBECONFIG to its path", err)
	}
	return namespace, nil
}

// openResources returns a client for the resources that f selects. It calls open if the
// resources are in the store.
func (a *app) openResources(ctx context.Context, f resourceFlags, open storeOpener) (*resourceClient, error) {
	scheme, err := newScheme()
	if err != nil {
		return nil, err
	}
	if f.kubernetes {
		config, err := ctrl.GetConfig()
		if err != nil {
			return nil, fmt.Errorf("load the kubeconfig: %w; set KUBECONFIG to its path", err)
		}
		c, err := client.New(config, client.Options{Scheme: scheme})
		if err != nil {
			return nil, fmt.Errorf("connect to the cluster: %w", err)
		}
		return &resourceClient{resourceAccess: c, close: func() {}}, nil
	}
	if folder := embeddedFolder(a.values); folder != "" {
		if api := dialLocalAPI(ctx, folder); api != nil {
			s, err := openForReading(ctx, a.values)
			if err != nil {
				api.close()
				return nil, err
			}
			return &resourceClient{apiResources{api}, s, true, func() {
				api.close()
				closeStore(ctx, s)
			}}, nil
		}
	}
	s, err := open(ctx, a.values)
	if err != nil {
		return nil, err
	}
	return &resourceClient{kubestore.NewClient(s, scheme), s, false, func() { closeStore(ctx, s) }}, nil
}

// kindNames maps the accepted names of a kind, including short names, to the kind.
var kindNames = map[string]string{
	"company": "Company", "companies": "Company", "co": "Company", "crawljob": "CrawlJob", "crawljobs": "CrawlJob", "crawl": "CrawlJob",
}

// parseNames parses arguments of the forms KIND NAME and KIND/NAME.
func (f *resourceFlags) parseNames(args []string) ([]*unstructured.Unstructured, error) {
	if len(args) == 2 && !strings.Contains(args[0], "/") {
		args = []string{args[0] + "/" + args[1]}
	}
	var out []*unstructured.Unstructured
	for _, arg := range args {
		kind, name, ok := strings.Cut(arg, "/")
		k := kindNames[strings.ToLower(kind)]
		if !ok || k == "" || name == "" {
			return nil, usage("%q: expected company/NAME or crawljob/NAME", arg)
		}
		o := &unstructured.Unstructured{}
		o.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind(k))
		o.SetNamespace(f.namespace)
		o.SetName(name)
		out = append(out, o)
	}
	return out, nil
}

// targets returns the resources that the files and the arguments name.
func (f *resourceFlags) targets(cmd *cobra.Command, args []string) ([]*unstructured.Unstructured, error) {
	if err := f.useContextNamespace(cmd); err != nil {
		return nil, err
	}
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
		return nil, usage("specify a resource: company/NAME, crawljob/NAME, or manifests with -f")
	}
	return all, nil
}

// displayName returns the name of a resource as kubectl shows it, for example
// company.crawl.clausea.co/acme.
func displayName(o client.Object) string {
	return strings.ToLower(o.GetObjectKind().GroupVersionKind().Kind) + "." + v1alpha1.GroupVersion.Group + "/" + o.GetName()
}

// forEach calls do for each resource. It continues after errors and returns all of them.
func forEach(objs []*unstructured.Unstructured, do func(*unstructured.Unstructured) error) error {
	var errs []error
	for _, o := range objs {
		if err := do(o); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", displayName(o), err))
		}
	}
	return errors.Join(errs...)
}
