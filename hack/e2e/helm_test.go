//go:build e2e

package e2e

import (
	"strings"
	"testing"
	"time"
)

// These tests are not parallel: the custom resource definitions belong to one release at a time.

func TestHelm3InstallsTheChartAndHelm4Upgrades(t *testing.T) {
	r := newRelease(t, helm3, "clausea-three")
	r.install()
	r.crawlAndRead()
	r.upgradeAndRollBack()
	r.survivesFailures()

	t.Log("upgrade the release of Helm 3 with Helm 4")
	before := r.readState()
	r.binary = helm4
	r.apply("upgrade", secondTag)
	before.check(t, "the upgrade with Helm 4", r.readState())
	r.crawl("after-helm4", "InProcess")
	r.waitForCrawl("after-helm4")
	r.uninstall()
}

func TestHelm4InstallsOverDefinitionsOfKubectl(t *testing.T) {
	kubectl(t, "apply", "-k", "config/crd")
	r := newRelease(t, helm4, "clausea-four")
	r.values = []string{"--take-ownership"}
	r.install()
	r.crawlAndRead()
	r.upgradeAndRollBack()
	r.survivesFailures()
	r.appliesSamples()
	before := r.readState().immutable()
	r.uninstall()

	t.Log("install again: the Companies and the documents are still there")
	r.values = nil
	r.install()
	before.check(t, "the second installation", r.readState())
	r.uninstall()
}

func TestHelm3InstallsOverDefinitionsOfKubectl(t *testing.T) {
	kubectl(t, "apply", "-k", "config/crd")
	r := newRelease(t, helm3, "clausea-taken")
	if out, err := r.tryInstall(); err == nil {
		t.Errorf("Helm 3 takes definitions of kubectl without --take-ownership: %s", out)
	} else if !strings.Contains(err.Error(), "companies.crawl.clausea.co") {
		t.Errorf("the error of Helm 3 does not name the definition: %v", err)
	}
	r.values = []string{"--take-ownership"}
	r.install()
	r.uninstall()
}

// TestShort is the part that make e2e-ci runs.
func TestShort(t *testing.T) {
	r := newRelease(t, helm4, "clausea-short")
	began := time.Now()
	r.apply("install", firstTag)
	r.waitForCrawl(r.createCompany())
	t.Logf("figures: helm install to the first completed crawl: %v", round(time.Since(began)))
	r.checkFigures()
	r.checkDashboard()
	before := r.readState()
	r.apply("upgrade", secondTag)
	before.check(t, "the upgrade", r.readState())
	r.checkFigures()
	r.uninstall()
}
