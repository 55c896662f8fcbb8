package awssim

import "net/http"

func (w *world) answerSTS(c *call) (reply, error) {
	if c.form.Get("Action") != "GetCallerIdentity" || c.form.Get("Version") != "2011-06-15" {
		return reply{}, c.unknownAction()
	}
	a := c.key.account
	if c.key.role != nil { // an administrator's shell is no check
		if err := a.override.Instead(atIdentity); err != nil {
			return reply{}, err
		}
		if a.story.stsOff && c.region == a.Region {
			return reply{}, refuse(http.StatusForbidden, "RegionDisabledException", "STS is not activated in this region for account:%s. Your account administrator can activate STS in this region using the IAM Console.", a.Number)
		}
	}
	number, arn := a.Number, c.key.arn()
	if c.key.role != nil && a.override.Has(effectOtherAccount) {
		number = "999999999999"
		arn = "arn:" + a.Partition + ":sts::" + number + ":assumed-role/" + c.key.role.name + "/" + c.key.session
	}
	if c.key.role != nil && a.override.Has(effectOtherRole) {
		arn = a.arn(sts, "", "assumed-role/somebody-else/"+c.key.session)
	}
	return c.queryReply(leaf("Arn", arn), leaf("UserId", c.key.userID()), leaf("Account", number))
}
