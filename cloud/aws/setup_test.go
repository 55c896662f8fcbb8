package aws_test

import (
	"context"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"mooring/cloud/aws"
	"mooring/cloud/aws/awssim"
)

func setup(a authority) aws.Setup { return aws.Setup{Name: commonName, AuthorityPEM: a.pem()} }

// The folder of the simulator runs the same commands with AWS's own program.
func TestEveryCommandIsOneThatAShellReads(t *testing.T) {
	s := setup(newAuthority(t, elliptical(t)))
	access, problems := aws.ParseAccess(anchorARN, profileARN, "arn:aws:iam::111122223333:role/a+b=c,d.e@f-g/-x")
	if problems != nil {
		t.Fatal(problems)
	}
	for name, command := range map[string]string{"stack": s.StackCommand(), "separate": s.SeparateCommands("aws-us-gov"),
		"delete": access.DeleteCommands(), "delete the stack": access.DeleteStackCommand()} {
		c := exec.CommandContext(context.Background(), "sh", "-n")
		c.Stdin = strings.NewReader(command)
		if out, err := c.CombinedOutput(); err != nil {
			t.Errorf("%s: %v %s", name, err, out)
		}
		if strings.Contains(command, "deploy") || strings.Contains(command, "update") || strings.Contains(command, "arn:aws:iam::aws:") && name != "delete" {
			t.Errorf("%s: %s", name, command)
		}
	}
}

func TestASetupNamesNoPartition(t *testing.T) {
	s := setup(newAuthority(t, elliptical(t)))
	for name, text := range map[string]string{"template": s.Template(), "Terraform": s.Terraform()} {
		if strings.Contains(text, "arn:aws") || strings.Count(text, commonName) < 4 || strings.Contains(text, "NAME\"") {
			t.Errorf("%s: %s", name, text)
		}
	}
}

func TestARNsAreFoundInWhatCommandsPrint(t *testing.T) {
	for name, text := range map[string]string{
		"outputs of a stack": `[{"OutputKey": "RoleArn", "OutputValue": "` + roleARN + `"}, {"OutputKey": "ProfileArn", "OutputValue": "` + profileARN + `"}, {"OutputKey": "TrustAnchorArn", "OutputValue": "` + anchorARN + `"}]`,
		"lines":              anchorARN + "\n" + profileARN + "\r\n" + roleARN + "\n",
		"a sentence":         "They are " + profileARN + ", " + roleARN + " and " + anchorARN + ".",
		"a table":            "|  " + roleARN + "  |\n|  " + anchorARN + "|" + profileARN + "|",
		"twice":              profileARN + "\n" + profileARN + "\n" + anchorARN + " " + roleARN + " " + anchorARN,
		"a whole terminal":   "$ aws cloudformation describe-stacks\narn:aws:cloudformation:eu-central-1:111122223333:stack/x/y\n" + anchorARN + " " + profileARN + "\u200b " + roleARN + "\n$",
	} {
		got := aws.FindARNs(text)
		if !slices.Equal(got[aws.TrustAnchor], []string{anchorARN}) || !slices.Equal(got[aws.Profile], []string{profileARN}) || !slices.Equal(got[aws.Role], []string{roleARN}) {
			t.Errorf("%s: %v", name, got)
		}
	}
	if got := aws.FindARNs("arn:aws:iam::111122223333:user/x and arn:aws:s3:::bucket and " + awssim.Working); len(got) != 0 {
		t.Errorf("%v", got)
	}
}
