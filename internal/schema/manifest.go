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

	"k8s.io/apimachinery/pkg/runtime"
	utiljson "k8s.io/apimachinery/pkg/util/json"

	"github.com/clausea/crawler/api/v1alpha1"
)

// ReadCompany reads the one Company that a manifest (YAML or JSON) holds, checked
// and with its defaults.
func ReadCompany(ctx context.Context, r io.Reader) (*v1alpha1.Company, error) {
	var found *v1alpha1.Company
	err := forEachDocument(r, func(raw map[string]any) (err error) {
		if found != nil {
			return errors.New("the manifest holds several resources: give one Company a file")
		}
		found, err = decodeCompany(ctx, raw)
		return err
	})
	if err != nil {
		return nil, err
	}
	if found == nil {
		return nil, errors.New("the manifest is empty: it holds one Company")
	}
	return found, nil
}

func decodeCompany(ctx context.Context, obj map[string]any) (*v1alpha1.Company, error) {
	want := v1alpha1.GroupVersion.String()
	if obj["kind"] != "Company" || obj["apiVersion"] != want {
		return nil, fmt.Errorf("the manifest holds apiVersion %v, kind %v: write apiVersion: %s and kind: Company", obj["apiVersion"], obj["kind"], want)
	}
	meta, _ := obj["metadata"].(map[string]any)
	if name, _ := meta["name"].(string); name == "" {
		return nil, errors.New("metadata.name: Required value: write the company's name, such as example-com")
	}
	k, err := ForKind("Company")
	if err != nil {
		return nil, err
	}
	// Numbers as JSON has them, which the validators expect.
	b, err := json.Marshal(obj)
	if err != nil {
		return nil, fmt.Errorf("the manifest has no JSON form: %w", err)
	}
	if obj, err = decodeJSON(bytes.NewReader(b)); err != nil {
		return nil, fmt.Errorf("the manifest has no JSON form: %w", err)
	}
	if err := k.Admit(ctx, obj, nil).ToAggregate(); err != nil {
		return nil, fmt.Errorf("the Company is refused: %w", err)
	}
	c := &v1alpha1.Company{}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(obj, c); err != nil {
		return nil, fmt.Errorf("read the Company: %w", err)
	}
	return c, nil
}

// decodeJSON reads JSON with integers as int64, as the API server does.
func decodeJSON(r io.Reader) (map[string]any, error) {
	b, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	obj := map[string]any{}
	return obj, utiljson.Unmarshal(b, &obj)
}

// CompanyFromTarget is the Company that a URL or a bare domain stands for: domain is its
// registrable domain, and a URL is a seed too. It is checked as a manifest is.
func CompanyFromTarget(ctx context.Context, target string, registrable func(host string) string) (*v1alpha1.Company, error) {
	raw := target
	if !strings.Contains(raw, "://") {
		raw = "https://" + raw
	}
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || !strings.Contains(u.Hostname(), ".") || u.User != nil {
		return nil, fmt.Errorf("target %q: give a domain such as example.com, an http(s) URL, or a Company's manifest", target)
	}
	raw = u.Scheme + raw[len(u.Scheme):] // which Parse made lower case, as the schema wants it
	domain := registrable(strings.ToLower(u.Hostname()))
	return decodeCompany(ctx, map[string]any{
		"apiVersion": v1alpha1.GroupVersion.String(), "kind": "Company",
		"metadata": map[string]any{"name": companyName(domain)},
		"spec":     map[string]any{"domains": []any{domain}, "seeds": []any{map[string]any{"url": raw}}},
	})
}

// maxName is the most that the schema lets a Company's name have.
const maxName = 63

// companyName is a domain as a Company's name: where it is cut, a hash tells it apart.
func companyName(domain string) string {
	if len(domain) <= maxName {
		return domain
	}
	h := fnv.New32a()
	_, _ = h.Write([]byte(domain))
	return fmt.Sprintf("%s-%08x", strings.TrimRight(domain[:maxName-9], "-."), h.Sum32())
}
