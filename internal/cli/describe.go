package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/kubestore"
	"github.com/clausea/crawler/internal/settings"
	"github.com/clausea/crawler/internal/store"
)

func newDescribe(a *app) *cobra.Command {
	var f resourceFlags
	var company string
	cmd := &cobra.Command{
		Use:   "describe company|crawljob [NAME...] | KIND/NAME... | document ID|URL",
		Short: "Show a Company or CrawlJob with its conditions and events, as kubectl describe does, or a document with its versions",
		Long: `Show Companies and CrawlJobs with their conditions and events, as kubectl describe does, or a
stored document with its versions. The resources are read from the store, or from the standalone
process that owns it; for those in a cluster, use kubectl describe.`,
		Example: `  clausea describe company example-com
  clausea describe crawljob/now -n legal
  clausea describe document https://example.com/terms --company example.com`,
		ValidArgs: []string{"company", "crawljob", "document"},
		RunE: func(cmd *cobra.Command, args []string) error {
			f.namespaceSet = cmd.Flags().Changed("namespace")
			if id, ok, err := describedDocument(args); ok || err != nil {
				if err == nil && (f.namespaceSet || f.allNamespaces) {
					err = usage("describe document: --namespace and --all-namespaces apply only to resources")
				}
				if err != nil {
					return err
				}
				return a.describeDocument(cmd, company, id)
			}
			if company != "" {
				return usage("--company applies only to describe document")
			}
			objs, err := f.describeTargets(args)
			if err != nil {
				return err
			}
			r, err := a.openResources(cmd.Context(), f, openForReading)
			if err != nil {
				return err
			}
			defer r.close()
			return r.describeAll(cmd, objs)
		},
	}
	cmd.Flags().StringVarP(&f.namespace, "namespace", "n", kubestore.DefaultNamespace, "`namespace` of the resources")
	cmd.Flags().StringVar(&company, "company", "", "look for the URL of a document only in this `company`")
	f.addAllNamespaces(cmd)
	return a.withSettings(cmd, settings.CommandDescribe)
}

// describeTargets returns the resources that the arguments of describe name. KIND without
// names means all resources of the kind in the namespace, and returns one without a name.
func (f *resourceFlags) describeTargets(args []string) ([]*unstructured.Unstructured, error) {
	if len(args) == 0 {
		return nil, usage("describe: specify a resource: company [NAME], crawljob [NAME] or document ID|URL")
	}
	if f.allNamespaces && (f.namespaceSet || len(args) > 1 || strings.Contains(args[0], "/")) {
		return nil, usage("describe %s: --all-namespaces excludes a name and --namespace", strings.Join(args, " "))
	}
	if strings.Contains(args[0], "/") {
		return f.parseNames(args)
	}
	kind := kindNames[strings.ToLower(args[0])]
	if kind == "" {
		return nil, usage("describe %s: unknown resource %q; specify a resource: company, crawljob or document", strings.Join(args, " "), args[0])
	}
	names := args[1:]
	if len(names) == 0 {
		names = []string{""}
	}
	var out []*unstructured.Unstructured
	for _, name := range names {
		o := &unstructured.Unstructured{}
		o.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind(kind))
		o.SetNamespace(f.listNamespace())
		o.SetName(name)
		out = append(out, o)
	}
	return out, nil
}

// describeAll describes the targets in order. It continues after a missing resource.
func (r *resourceClient) describeAll(cmd *cobra.Command, targets []*unstructured.Unstructured) error {
	ctx, w := cmd.Context(), cmd.OutOrStdout()
	var found []unstructured.Unstructured
	var errs []error
	for _, o := range targets {
		if o.GetName() == "" {
			list := &unstructured.UnstructuredList{}
			list.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind(o.GetKind() + "List"))
			if err := r.List(ctx, list, client.InNamespace(o.GetNamespace())); err != nil {
				return fmt.Errorf("list resources of kind %s: %w", o.GetKind(), err)
			}
			if len(list.Items) == 0 {
				errs = append(errs, noResources(o))
			}
			found = append(found, list.Items...)
			continue
		}
		if err := r.Get(ctx, client.ObjectKeyFromObject(o), o); err != nil {
			errs = append(errs, fmt.Errorf("get %s %s/%s: %w", o.GetKind(), o.GetNamespace(), o.GetName(), err))
			continue
		}
		found = append(found, *o)
	}
	for i := range found {
		o := &found[i]
		events, err := kubestore.ListEvents(ctx, r.store, kubestore.EventSelector{Namespace: o.GetNamespace(), Kind: o.GetKind(), Name: o.GetName(), UID: string(o.GetUID())})
		if err != nil {
			return err
		}
		documents, err := r.documentsOf(ctx, o)
		if err != nil {
			return err
		}
		if i > 0 {
			if _, err := io.WriteString(w, "\n\n"); err != nil {
				return err
			}
		}
		if err := writeDescription(w, o, documents, events, time.Now()); err != nil {
			return fmt.Errorf("write the description: %w", err)
		}
	}
	return errors.Join(errs...)
}

// documentsOf returns the stored documents of a Company, and nothing for a CrawlJob.
func (r *resourceClient) documentsOf(ctx context.Context, o *unstructured.Unstructured) ([]store.Document, error) {
	if r.store == nil || o.GetKind() != "Company" {
		return nil, nil
	}
	company := v1alpha1.StoreKey(o.GetNamespace(), o.GetName())
	return listAll(func(p store.ListOptions) ([]store.Document, string, error) {
		return r.store.ListDocuments(ctx, company, p)
	})
}

// noResources returns the error for a kind of which there is no resource.
func noResources(o *unstructured.Unstructured) error {
	if o.GetNamespace() == "" {
		return fmt.Errorf("no resources of kind %s", o.GetKind())
	}
	return fmt.Errorf("no resources of kind %s in namespace %s", o.GetKind(), o.GetNamespace())
}
