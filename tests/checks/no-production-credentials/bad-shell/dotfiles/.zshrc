alias shop='ssh deploy@prod.acme.io'
export PROD_MAIL_KEY='@@resend-key@@'
