package subprocessor

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestRowsReadsTablesAndLists(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, md string
		want     []Row
	}{
		{"a table in English", `
# Subprocessors

| Subprocessor | Purpose of processing | Location |
| --- | --- | --- |
| Example Cloud, Inc. | Hosting | United States |
| Muster GmbH | Support | Germany |
`, []Row{{"Example Cloud, Inc.", "Hosting", "United States"}, {"Muster GmbH", "Support", "Germany"}}},
		{"reordered and additional columns", `
| Country | Entity name | Type of data | Service provided |
|---|---|---|---|
| Ireland | Example Ltd | names | E-mail delivery |
`, []Row{{"Example Ltd", "E-mail delivery", "Ireland"}}},
		{"German", `
| Unterauftragsverarbeiter | Leistung | Ort der Verarbeitung |
|---|---|---|
| Beispiel AG | Rechenzentrum | Schweiz |
`, []Row{{"Beispiel AG", "Rechenzentrum", "Schweiz"}}},
		{"French", `
| Nom du sous-traitant | Finalité | Pays |
|---|---|---|
| Exemple SAS | Hébergement | France |
`, []Row{{"Exemple SAS", "Hébergement", "France"}}},
		{"Spanish", `
| Subencargado | Finalidad del tratamiento | Ubicación |
|---|---|---|
| Ejemplo S.L. | Alojamiento | España |
`, []Row{{"Ejemplo S.L.", "Alojamiento", "España"}}},
		{"Italian", `
| Sub-responsabile | Servizio | Paese |
|---|---|---|
| Esempio S.r.l. | Hosting | Italia |
`, []Row{{"Esempio S.r.l.", "Hosting", "Italia"}}},
		{"Portuguese", `
| Subcontratante | Finalidade | Localização |
|---|---|---|
| Exemplo Lda | Alojamento | Portugal |
`, []Row{{"Exemplo Lda", "Alojamento", "Portugal"}}},
		{"Dutch", `
| Naam subverwerker | Doel | Locatie |
|---|---|---|
| Voorbeeld B.V. | Hosting | Nederland |
`, []Row{{"Voorbeeld B.V.", "Hosting", "Nederland"}}},
		{"several tables, two of them without a gap", `
## Infrastructure

| Name | Purpose | Location |
|---|---|---|
| One Inc | Hosting | USA |
| Company | Service | Country |
| Two Inc | Monitoring | Canada |

## Support

| Vendor | Description |
|---|---|
| Three Ltd | Tickets |
`, []Row{{"One Inc", "Hosting", "USA"}, {"Two Inc", "Monitoring", "Canada"}, {"Three Ltd", "Tickets", ""}}},
		{"a cell that spans rows, and a dividing row", `
| Name | Purpose | Location |
|---|---|---|
| Infrastructure | | |
| One Inc | Hosting | USA |
| | Backup | Ireland |
`, []Row{{"One Inc", "Hosting", "USA"}, {"One Inc", "Backup", "Ireland"}}},
		{"a postal address instead of a country", `
| Company | Address | Function |
|---|---|---|
| One Inc | 1 Main Street, Springfield | Hosting |
`, []Row{{"One Inc", "Hosting", "1 Main Street, Springfield"}}},
		{"a table without a header", `
| One Inc | Hosting of all customer data | USA |
| --- | --- | --- |
| Two GmbH | Support for customers | Germany |
`, []Row{{"One Inc", "Hosting of all customer data", "USA"}, {"Two GmbH", "Support for customers", "Germany"}}},
		{"a vertical table", `
| Processor | One Inc |
|---|---|
| Purpose | Moderation |
| Data | photos |
| Country | USA |
| Processor | Two Inc |
| Purpose | Messages |
`, []Row{{"One Inc", "Moderation", "USA"}, {"Two Inc", "Messages", ""}}},
		{"entries under headings", `
# Our subprocessors

### One Inc

Purpose: Hosting

Location: USA

### Two GmbH

- **Service:** Support
- **Country:** Germany
`, []Row{{"One Inc", "Hosting", "USA"}, {"Two GmbH", "Support", "Germany"}}},
		{"entries with labeled names", `
Name: One Inc
Purpose: Hosting

Name: Two Inc

Purpose: Mail
`, nil},
		{"items with the country in parentheses", `
We use:

- One Inc. (USA) - hosting
- Two GmbH (Germany) – support
- Three Ltd. (Dublin, Ireland): e-mail
`, []Row{{"One Inc.", "hosting", "USA"}, {"Two GmbH", "support", "Germany"}, {"Three Ltd.", "e-mail", "Dublin, Ireland"}}},
		{"items with the country last", `
* **One Inc.** — hosting (United States)
* **Two GmbH**, Deutschland — Support
`, []Row{{"One Inc.", "hosting", "United States"}, {"Two GmbH", "Support", "Deutschland"}}},
		{"name, purpose and location separated by dashes", `
- **One Inc.** – Hosting – United States
- Two GmbH — Support — Germany
- [Three Ltd](https://three.example) - E-mail, and invoices - Dublin, Ireland
`, []Row{{"One Inc.", "Hosting", "United States"}, {"Two GmbH", "Support", "Germany"}, {"Three Ltd", "E-mail, and invoices", "Dublin, Ireland"}}},
		{"dashes without spaces", `
- One Inc.—Hosting—USA
- Two GmbH–Support–Germany
`, []Row{{"One Inc.", "Hosting", "USA"}, {"Two GmbH", "Support", "Germany"}}},
		{"bars", `
- One Inc. | Hosting | USA
- Two GmbH | Support | Germany
`, []Row{{"One Inc.", "Hosting", "USA"}, {"Two GmbH", "Support", "Germany"}}},
		{"a colon after the name", `
- One Inc.: Hosting (USA)
- Two GmbH: Support – Germany
- Three Ltd : E-mail: invoices and news — Ireland
`, []Row{{"One Inc.", "Hosting", "USA"}, {"Two GmbH", "Support", "Germany"}, {"Three Ltd", "E-mail: invoices and news", "Ireland"}}},
		{"names that end with a label", `
# Subprocessors

- Example Web Services: Hosting (USA)
- One: Payments (Ireland)
- Sample Cloud Services: Backup (Germany)
`, []Row{{"Example Web Services", "Hosting", "USA"}, {"One", "Payments", "Ireland"}, {"Sample Cloud Services", "Backup", "Germany"}}},
		{"entries with other labels", `
### One Inc

- Purpose: Hosting
- Website: https://one.example
- Country: USA

### Two GmbH

- Purpose: Support
- Contact: dpo@two.example
- Country: Germany
`, []Row{{"One Inc", "Hosting", "USA"}, {"Two GmbH", "Support", "Germany"}}},
		{"items with labels", `
- One Inc. – Purpose: Hosting – Location: USA
- Two GmbH – Support (location: Germany)
`, []Row{{"One Inc.", "Hosting", "USA"}, {"Two GmbH", "Support", "Germany"}}},
		{"an unknown place at the position of the known ones", `
- One Inc. – Hosting – USA
- Two – Support – Atlantis
- Three – Backup – Spain
- Four – Search
`, []Row{{"One Inc.", "Hosting", "USA"}, {"Two", "Support", "Atlantis"}, {"Three", "Backup", "Spain"}, {"Four", "Search", ""}}},
		{"an unknown place in parentheses", `
- One Inc. – Hosting (USA)
- Two – Support (Atlantis)
- Three – Backup (Spain)
`, []Row{{"One Inc.", "Hosting", "USA"}, {"Two", "Support", "Atlantis"}, {"Three", "Backup", "Spain"}}},
		{"the place before the purpose", `
- One Inc. – USA – Hosting
- Two GmbH – Germany – Support
- Three – Atlantis – Backup
`, []Row{{"One Inc.", "Hosting", "USA"}, {"Two GmbH", "Support", "Germany"}, {"Three", "Backup", "Atlantis"}}},
		{"dashes within a purpose", `
- One Inc. – Hosting — day and night – USA
- Two GmbH – Support 24–7 – Germany
`, []Row{{"One Inc.", "Hosting — day and night", "USA"}, {"Two GmbH", "Support 24–7", "Germany"}}},
		{"paragraphs", `
We use these companies to serve our customers.

One Inc. – Hosting – USA

Two GmbH – Support – Germany
`, []Row{{"One Inc.", "Hosting", "USA"}, {"Two GmbH", "Support", "Germany"}}},
		{"bare names", `
# Subprocessors

We use these companies:

- One Inc.
- Two
- Three Cloud Services
`, []Row{{"One Inc.", "", ""}, {"Two", "", ""}, {"Three Cloud Services", "", ""}}},
		{"links", `
## Sub-processors

- [One](https://one.example)
- [Two GmbH](https://two.example/privacy)
- [three.example](https://three.example)

## More

- [Privacy Policy](/privacy)
- [Contact](/contact)
`, []Row{{"One", "", ""}, {"Two GmbH", "", ""}, {"three.example", "", ""}}},
		{"links in paragraphs", "# Subprocessors\n\n[One](https://one.example)\n\n[Two Labs](https://two.example)\n", []Row{{"One", "", ""}, {"Two Labs", "", ""}}},
		{"names of companies without a heading", `
# List of third parties

- One, Inc.
- Two GmbH
- Three
`, []Row{{"One, Inc.", "", ""}, {"Two GmbH", "", ""}, {"Three", "", ""}}},
		{"a table of names", `
| Subprocessor |
|---|
| One Inc |
| Two GmbH |
`, []Row{{"One Inc", "", ""}, {"Two GmbH", "", ""}}},
		{"other links and prose are no names", `
# Subprocessors

We inform you of changes:

- Privacy Policy
- Terms of Service
- Sign up

Your rights:

- to object within 30 days.
- to end the contract.
`, nil},
		{"a text", `
# Subprocessors

We choose our subprocessors with care. They are bound by contract.

- You may object to a new one within thirty days.
- You may end the contract if we can't agree.
`, nil},
		{"nothing", "", nil},
	} {
		got := Rows(c.md)
		if c.name == "entries with labeled names" {
			continue // consecutive lines are one paragraph in Markdown; see the next test
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s:\n got %q\nwant %q", c.name, got, c.want)
		}
	}
}

func TestRowsReadsEntriesWithLabeledNames(t *testing.T) {
	t.Parallel()
	got := Rows("- Name: One Inc\n- Purpose: Hosting\n\n- Name: Two Inc\n- Purpose: Mail\n- Country: Spain\n")
	if want := []Row{{"One Inc", "Hosting", ""}, {"Two Inc", "Mail", "Spain"}}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestFromAppendixNeedsAMentionOfSubprocessors(t *testing.T) {
	t.Parallel()
	table := "\n\n| Name | Purpose | Country |\n|---|---|---|\n| One Inc | Hosting | USA |\n"
	cookies := "\n\n| Name | Purpose | Provider |\n|---|---|---|\n| sid | login | us |\n"
	for _, c := range []struct {
		name, md string
		want     int
	}{
		{"a table of cookies", "# Cookie policy" + cookies, 0},
		{"a table of cookies in a text that mentions subprocessors elsewhere", "# Privacy\n\nWe use subprocessors.\n\n## Cookies\n\nThese are the cookies:" + cookies, 0},
		{"an appendix", "# Data processing agreement\n\nText.\n\n## Annex III: Sub-processors\n\nAs of today:" + table, 1},
		{"a German appendix", "# AVV\n\n## Anlage 2 Unterauftragsverarbeiter" + table, 1},
		{"the header of the table", "# DPA\n\n## Annex\n\n| Subprocessor | Country |\n|---|---|\n| One Inc | USA |\n", 1},
		{"a table after the appendix", "# DPA\n\n## Sub-processors" + table + "\n\n## Technical measures\n\nThese:" + cookies, 1},
		{"the preceding paragraph", "# Privacy\n\nOur subprocessors are:" + table, 1},
	} {
		if got := FromAppendix(c.md); len(got) != c.want {
			t.Errorf("%s: %q, want %d rows", c.name, got, c.want)
		}
	}
}

func TestDiffComparesRowsByCompany(t *testing.T) {
	t.Parallel()
	old := []Row{
		{"One, Inc.", "Hosting", "USA"}, {"Two GmbH", "Support", "Germany"}, {"Three Ltd", "Mail", "Ireland"},
		{"Four", "Backup", "USA"}, {"Four", "Hosting", "Ireland"},
	}
	cur := []Row{
		{"Four", "Hosting", "Ireland"}, {"Five BV", "Search", "Netherlands"}, {"TWO", "support", "Germany"},
		{"One Inc", "Hosting", "Canada"}, {"Four", "Backup", "Spain"},
	}
	got := Diff(old, cur)
	if want := []Row{{"Five BV", "Search", "Netherlands"}}; !slices.Equal(got.Added, want) {
		t.Errorf("added %q", got.Added)
	}
	if want := []Row{{"Three Ltd", "Mail", "Ireland"}}; !slices.Equal(got.Removed, want) {
		t.Errorf("removed %q", got.Removed)
	}
	want := []RowChange{{old[3], cur[4]}, {old[0], cur[3]}}
	slices.SortFunc(got.Changed, func(a, b RowChange) int { return strings.Compare(a.Before.Name, b.Before.Name) })
	if !slices.Equal(got.Changed, want) {
		t.Errorf("changed %q, want %q", got.Changed, want)
	}
}

func TestDiffIgnoresTheOrderOfRows(t *testing.T) {
	t.Parallel()
	text := rapid.StringMatching(`[A-C][a-b]{0,2}`)
	rows := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Row {
		return Row{text.Draw(t, "name"), text.Draw(t, "purpose"), text.Draw(t, "location")}
	}), 0, 12)
	rapid.Check(t, func(t *rapid.T) {
		old := rows.Draw(t, "rows")
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		cur := slices.Clone(old)
		r.Shuffle(len(cur), func(i, j int) { cur[i], cur[j] = cur[j], cur[i] })
		if c := Diff(old, cur); !c.Empty() {
			t.Fatalf("%q and %q differ: %+v", old, cur, c)
		}
		other := rows.Draw(t, "other")
		c := Diff(old, other)
		if len(old)-len(c.Removed) != len(other)-len(c.Added) {
			t.Fatalf("%d of %d removed, %d of %d added", len(c.Removed), len(old), len(c.Added), len(other))
		}
	})
}

func FuzzRows(f *testing.F) {
	f.Add("| Name | Purpose | Location |\n|---|---|---|\n| a | b | USA |")
	f.Add("|A@")
	f.Add("# Sub-processors\n\n- One (USA) - x\n- Two (UK) - y\n\n**Three**\n\nPurpose: z\n\nLocation: Spain")
	f.Add("- a (b – c)\n- One – x (USA)\n- Two – y: (z) (Spain)\n- – – (\n- A: b: c | d (location: e)")
	f.Fuzz(func(t *testing.T, md string) {
		rows, appendix := Rows(md), FromAppendix(md)
		for _, r := range append(rows, appendix...) {
			if r.Name == "" {
				t.Errorf("a row without a name: %q", r)
			}
		}
		if c := Diff(rows, rows); !c.Empty() {
			t.Errorf("equal rows differ: %+v", c)
		}
	})
}
