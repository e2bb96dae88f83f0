package schema

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"net/url"
	"strings"

	"golang.org/x/net/idna"
	"k8s.io/apimachinery/pkg/runtime"
	utiljson "k8s.io/apimachinery/pkg/util/json"

	"github.com/clausea/crawler/api/v1alpha1"
)

// ReadCompany returns the Company in a manifest (YAML or JSON), validated and with its
// defaults. The manifest must contain exactly one resource.
func ReadCompany(ctx context.Context, r io.Reader) (*v1alpha1.Company, error) {
	var found *v1alpha1.Company
	err := forEachDocument(r, func(raw map[string]any) (err error) {
		if found != nil {
			return errors.New("the manifest contains several resources: use a file with one Company")
		}
		found, err = decodeCompany(ctx, raw)
		return err
	})
	if err != nil {
		return nil, err
	}
	if found == nil {
		return nil, errors.New("the manifest is empty: it must contain one Company")
	}
	return found, nil
}

// decodeCompany validates a Company and sets its defaults.
func decodeCompany(ctx context.Context, obj map[string]any) (*v1alpha1.Company, error) {
	if err := checkType(obj, "Company"); err != nil {
		return nil, err
	}
	meta, _ := obj["metadata"].(map[string]any)
	if name, _ := meta["name"].(string); name == "" {
		return nil, errors.New("metadata.name: Required value: set the name of the company, such as example-com")
	}
	k, err := ForKind("Company")
	if err != nil {
		return nil, err
	}
	// The validators expect integers as int64.
	b, err := json.Marshal(obj)
	if err != nil {
		return nil, fmt.Errorf("convert the manifest to JSON: %w", err)
	}
	if obj, err = decodeJSON(bytes.NewReader(b)); err != nil {
		return nil, fmt.Errorf("convert the manifest to JSON: %w", err)
	}
	if err := k.Admit(ctx, obj, nil).ToAggregate(); err != nil {
		return nil, fmt.Errorf("invalid Company: %w", err)
	}
	c := &v1alpha1.Company{}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(obj, c); err != nil {
		return nil, fmt.Errorf("decode the Company: %w", err)
	}
	return c, nil
}

// decodeJSON decodes JSON with integers as int64, as the API server does.
func decodeJSON(r io.Reader) (map[string]any, error) {
	b, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	obj := map[string]any{}
	return obj, utiljson.Unmarshal(b, &obj)
}

// CompanyFromTarget returns a Company for a URL or a domain. Its domain is the registrable
// domain of the target, and the URL is a seed. It is validated like a manifest.
func CompanyFromTarget(ctx context.Context, target string, registrable func(host string) string) (*v1alpha1.Company, error) {
	raw := target
	if !strings.Contains(raw, "://") {
		raw = "https://" + raw
	}
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || !strings.Contains(u.Hostname(), ".") || u.User != nil {
		return nil, fmt.Errorf("target %q: use a domain such as example.com, an http(s) URL, or the manifest of a Company", target)
	}
	host, err := idna.Lookup.ToASCII(u.Hostname())
	if err != nil || strings.Contains(u.Hostname(), ":") { // an IP address has no name
		host = strings.ToLower(u.Hostname())
	}
	// The schema requires a scheme in lower case, as Parse returns it.
	raw = u.Scheme + "://" + strings.Replace(raw[len(u.Scheme)+len("://"):], u.Hostname(), host, 1)
	domain := registrable(host)
	return decodeCompany(ctx, map[string]any{
		"apiVersion": v1alpha1.GroupVersion.String(), "kind": "Company",
		"metadata": map[string]any{"name": companyName(domain)},
		"spec":     map[string]any{"domains": []any{domain}, "seeds": []any{map[string]any{"url": raw}}},
	})
}

// maxName is the maximum length of the name of a Company in the schema.
const maxName = 63

// companyName returns the name of the Company of a domain. It truncates a long domain and
// appends a hash to keep the name unique.
func companyName(domain string) string {
	if len(domain) <= maxName {
		return domain
	}
	h := fnv.New32a()
	_, _ = h.Write([]byte(domain))
	return fmt.Sprintf("%s-%08x", strings.TrimRight(domain[:maxName-9], "-."), h.Sum32())
}
