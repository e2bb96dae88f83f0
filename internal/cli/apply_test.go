package cli

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// manifestOf returns the manifest of a Company.
func manifestOf(name string) string {
	return "apiVersion: crawl.clausea.co/v1alpha1\nkind: Company\nmetadata: {name: " + name + "}\nspec: {domains: [" + name + ".example]}\n"
}

// manifestFolder writes manifests to a folder with a nested folder and returns its path.
func manifestFolder(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	for path, text := range map[string]string{
		"b.yml": manifestOf("b"), "a.yaml": manifestOf("a") + "---\n" + manifestOf("a2"), "notes.md": "no manifest", "kustomization.yaml": "resources: [a.yaml]",
		"deep/er/c.YAML": manifestOf("c"),
	} {
		path = filepath.Join(folder, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

func TestApplyReadsFilesAndFolders(t *testing.T) {
	t.Parallel()
	folder := manifestFolder(t)
	for _, c := range []struct {
		flags []string
		want  []string
	}{
		{[]string{"-f", folder}, []string{"a", "a2", "b"}},
		{[]string{"-f", folder, "-R"}, []string{"a", "a2", "b", "c"}},
		{[]string{"-f", filepath.Join(folder, "b.yml"), "-f", filepath.Join(folder, "deep", "er")}, []string{"b", "c"}},
	} {
		code, out, errs := call(t, nil, append([]string{"apply", "--store", t.TempDir()}, c.flags...)...)
		var got []string
		for line := range strings.Lines(out) {
			name, ok := strings.CutSuffix(strings.TrimPrefix(line, "company.crawl.clausea.co/"), " created\n")
			if !ok {
				t.Errorf("apply %v prints %q", c.flags, line)
			}
			got = append(got, name)
		}
		if code != exitDone || !slices.Equal(got, c.want) {
			t.Errorf("apply %v: exit code %d: created %v, want %v: %s", c.flags, code, got, c.want, errs)
		}
	}
	for name, want := range map[string]string{
		filepath.Join(folder, "deep"): "contains no manifests (.yaml, .yml, .json); --recursive also reads its folders",
		filepath.Join(folder, "none"): "no such file",
	} {
		if code, _, errs := call(t, nil, "apply", "--store", t.TempDir(), "-f", name); code != exitUsage || !strings.Contains(errs, want) {
			t.Errorf("apply -f %s: exit code %d: %s", name, code, errs)
		}
	}
	if code, _, errs := call(t, nil, "apply"); code != exitUsage || !strings.Contains(errs, "specify a manifest: -f FILE or -f FOLDER") {
		t.Errorf("apply without -f: exit code %d: %s", code, errs)
	}
}

func TestADryRunChangesNothing(t *testing.T) {
	t.Parallel()
	manifests, folder := manifestFolder(t), filepath.Join(t.TempDir(), "store")
	file := filepath.Join(manifests, "b.yml")
	run := func(args ...string) (code int, out, errs string) {
		return call(t, nil, append(args, "--store", folder)...)
	}
	if code, out, errs := run("apply", "-f", file, "--dry-run"); code != exitDone || out != "company.crawl.clausea.co/b validated (dry run)\n" || errs != "" {
		t.Errorf("apply --dry-run: exit code %d: %s%s", code, out, errs)
	}
	if code, _, errs := run("apply", "-f", file, "--dry-run=server"); code != exitFailed || !strings.Contains(errs, "no store in") {
		t.Errorf("apply --dry-run=server without a store: exit code %d: %s", code, errs)
	}
	if code, _, errs := run("apply", "-f", filepath.Join(manifests, "a.yaml")); code != exitDone {
		t.Fatalf("apply: exit code %d: %s", code, errs)
	}
	bad := filepath.Join(manifests, "bad.yaml")
	if err := os.WriteFile(bad, []byte(strings.Replace(manifestOf("bad"), "domains", "domain", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	changed := filepath.Join(manifests, "changed.yaml")
	if err := os.WriteFile(changed, []byte(strings.Replace(manifestOf("a"), "a.example", "other.example", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args string
		code int
		want string
	}{
		{"apply --dry-run=server -f " + file, exitDone, "co/b created (server dry run)"},
		{"apply --dry-run=server -f " + changed, exitDone, "co/a configured (server dry run)"},
		{"apply --dry-run=server -f " + filepath.Join(manifests, "a.yaml"), exitDone, "co/a2 unchanged (server dry run)"},
		{"apply --dry-run=client -f " + bad, exitFailed, "domain: Forbidden: unknown field"},
		{"apply --dry-run=server -f " + bad, exitFailed, "domain: Forbidden: unknown field"},
		{"apply --dry-run=maybe -f " + file, exitUsage, `invalid mode "maybe"; use none, client or server`},
		{"delete --dry-run=server company/a company/none", exitFailed, `"none" not found`},
		{"delete --dry-run=client company/none", exitDone, "co/none deleted (dry run)"},
		{"delete --dry-run=server company/a", exitDone, "co/a deleted (server dry run)"},
	} {
		if code, out, errs := run(strings.Fields(c.args)...); code != c.code || !strings.Contains(out+errs, c.want) {
			t.Errorf("%s: exit code %d, want %d and %q: %s%s", c.args, code, c.code, c.want, out, errs)
		}
	}
	out := get(t, folder, "companies", "-o", "json")
	if strings.Count(out, `"kind": "Company"`) != 2 || strings.Contains(out, "other.example") {
		t.Errorf("a dry run changed the Companies: %s", out)
	}
}
