package awssim_test

import (
	"strings"
	"testing"

	"mooring/cloud/aws"
	"mooring/cloud/aws/awssim"
)

// paste runs a text in the account's CloudShell.
func (s shell) paste(text string) string {
	s.t.Helper()
	out, failed, err := s.CloudShell(s.t.Context(), s.number, text)
	ok(s.t, err)
	if failed {
		s.t.Fatalf("%s\nprinted %s", text, out)
	}
	return out
}

// The exact texts that Mooring shows run in the demo's CloudShell, and what they print
// links the account.
func TestTheCloudShellRunsWhatMooringShows(t *testing.T) {
	s, l := newShell(t, start(t), awssim.Working), newLink(t)
	setup := aws.Setup{Name: linkName, AuthorityPEM: string(l.PEM())}
	s.opensAndCloses(s.paste, l, s.paste(setup.StackCommand()), aws.Access.DeleteStackCommand)

	navy := newShell(t, start(t), numberOf(t, "Navy Yard"))
	navy.opensAndCloses(navy.paste, l, navy.paste(setup.SeparateCommands("aws-us-gov")), aws.Access.DeleteCommands)
}

func TestTheCloudShellSaysWhatWentWrong(t *testing.T) {
	s, l := newShell(t, start(t), awssim.Working), newLink(t)
	setup := aws.Setup{Name: linkName, AuthorityPEM: string(l.PEM())}
	s.paste(setup.StackCommand())
	for text, want := range map[string]string{
		setup.StackCommand():                     "An error occurred (AlreadyExistsException) when calling the CreateStack operation",
		"rm -rf /":                               "rm: command not found. The simulated CloudShell knows aws, cat and what bash has built in.",
		"aws s3 ls":                              "doesn't know \"aws s3 ls\"",
		"aws iam delete-role --role-name nobody": "NoSuchEntity",
		"aws cloudformation create-stack --template-body file://x": "unable to load paramfile file://x",
		"aws sts get-caller-identity --query 'Arn | x'":            "--query is simulated",
	} {
		out, failed, err := s.CloudShell(t.Context(), s.number, text)
		ok(t, err)
		if !failed || !strings.Contains(out, want) {
			t.Errorf("%q printed %.300q, failed %v", text, out, failed)
		}
	}
	if _, _, err := s.CloudShell(t.Context(), "000000000000", "echo"); err == nil {
		t.Error("there is no such account")
	}
}
