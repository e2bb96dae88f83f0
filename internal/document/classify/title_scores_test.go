package classify

import (
	"slices"
	"testing"
)

func TestHeadingsOfSectionsCountLessThanTheNameOfTheDocument(t *testing.T) {
	t.Parallel()
	imprint, copyright := slices.Index(Classes, "imprint"), slices.Index(Classes, "copyright_policy")
	score := func(md string) typeScores {
		p := newInput("", "", md)
		return p.extractFeatures(defaultLexicon(), &Background{}, 0, &scratch{}).scores[titleMatch]
	}
	below := score("# Legal notice\n\n## DMCA policy\n\nText of the notice.\n")
	alone := score("# DMCA policy\n\nText of the notice.\n")
	if below[imprint] < minNameScore || below[copyright] > alone[copyright]/2 {
		t.Errorf("below a name: imprint %.2f, copyright policy %.2f; alone: copyright policy %.2f", below[imprint], below[copyright], alone[copyright])
	}
	if unnamed := score("# Harbour\n\n## DMCA policy\n\nText of the notice.\n"); unnamed[copyright] < 0.8*alone[copyright] {
		t.Errorf("below the name of a company: copyright policy %.2f, alone %.2f", unnamed[copyright], alone[copyright])
	}
}
