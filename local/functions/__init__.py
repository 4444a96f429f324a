"""Lambda, locally: functions from the template in processes of their own."""
